"""Gates whose preset a test mends, and what came of their files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from pipelines import site as site_module
from pipelines.keeping.keyring import Keyring
from pipelines.keeping.vault import Vault
from pipelines.receiving.replay import Replayed, replay
from pipelines.warehouse import Warehouse
from tests.line.sites import Line, small

HEAD = "卡号,闸机名称,通行时间,结果\n"
FIRST, SECOND = "gate/main_2025-09.csv", "gate/main_2025-10.csv"
UNKNOWN_DIRECTION = {"from": "闸机名称", "pattern": "^(进|出|小)", "map": {"进": "in", "出": "out"}}
MENDED_DIRECTION = {**UNKNOWN_DIRECTION, "map": {"进": "in", "出": "out", "小": "unknown"}}


def passages(month: str, *gates: str) -> str:
    """An export with a passage through each of these gates, minute by minute."""
    lines = (f"{number:04},{gate},2025/{month}/08 08:{number:02}:00,成功\n" for number, gate in enumerate(gates))
    return HEAD + "".join(lines)


def gate(folder: Path, **lines: Any) -> Line:
    """A site with one gate, of which these lines of the preset are different."""
    return small(folder, {"gate": {"preset": "gate_by_name", "encoding": "utf-8", **lines}})


def mend(line: Line, **lines: Any) -> None:
    """Change the gate's lines, as a person does in the site file between two commands."""
    path = line.folder / "campus.yml"
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    said["sources"]["gate"].update(lines)
    path.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")
    forget_site_files()


def forget_site_files() -> None:
    """Read site files anew, as another process would."""
    site_module._campus.cache_clear()
    site_module._sources.cache_clear()


def with_key_of(line: Line, folder: Path, **lines: Any) -> Line:
    """A fresh site whose pseudonyms are the same."""
    fresh = gate(folder, **lines)
    fresh.campus.key_file.parent.mkdir(mode=0o700)
    fresh.campus.key_file.write_bytes(line.campus.key_file.read_bytes())
    fresh.campus.key_file.chmod(0o600)
    return fresh


def take(line: Line, files: dict[str, str]) -> list[str]:
    """Send files, take them in, and give back what is said of those that were refused."""
    for name, content in files.items():
        line.put(name, content)
    return line.take_in("gate_event", is_judged=False).refusals


def replayed(line: Line) -> Replayed:
    with Warehouse(path=str(line.campus.warehouse), threads=1).opened() as warehouse:
        return replay(warehouse, line.site, line.site.every_source(), lambda source, share: None)


def reasons(line: Line) -> list[tuple[str, int]]:
    return line.rows_of("select reason, count(*) from ledger.reject group by all order by all")


def sealed_rejects(line: Line) -> list[str]:
    """Why the records were rejected that lie in the vault."""
    vault = Vault.of(line.campus, Keyring.load_or_create(line.campus.key_file, None, may_create=False))
    marks: Iterable[tuple[str]] = line.rows_of("select distinct source_file from ledger.file where status = 'loaded'")
    return sorted(record["reason"] for (mark,) in marks for record in vault.rejects(mark))


def states(line: Line) -> list[tuple[str, str]]:
    return line.rows_of("select name, status from ledger.file order by all")
