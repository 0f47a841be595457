"""Where the parts of the project lie; data folders belong to the site file, not here."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
SQL = ROOT / "sql"
PRESETS = ROOT / "data" / "presets"
REFERENCE = ROOT / "data" / "reference"
REPORTS = ROOT / "profiles" / "reports"
