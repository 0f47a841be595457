"""An export is looked at from the terminal."""

from pathlib import Path

from click.testing import CliRunner

from pipelines.cli import main
from pipelines.paths import ROOT
from tests.pipelines.looks import LOANS


def test_a_source_of_the_site_file_is_tried_by_its_name(tmp_path: Path) -> None:
    site, file = tmp_path / "campus.yml", tmp_path / "export.csv"
    example = (ROOT / "campus.example.yml").read_text(encoding="utf-8")
    own = "\n  main_desk: {preset: libsys_loans, files: x.csv, delimiter: ;}"
    site.write_text(example.replace("\nsources:", f"\nsources:{own}", 1), encoding="utf-8")
    file.write_text(LOANS.replace(",", ";"), encoding="utf-8")
    done = CliRunner().invoke(main, ["--site", str(site), "inspect", str(file), "--preset", "main_desk"])
    assert (done.exit_code, "With main_desk: 1 records, of which 1 would load" in done.output) == (0, True), done.output
    other = CliRunner().invoke(main, ["--site", str(site), "inspect", str(file), "--preset", "main_dusk"])
    assert (other.exit_code, "main_dusk" in other.output) == (2, True), "the negative control"
