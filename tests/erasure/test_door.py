"""Who was erased does not come back: not with the same bytes, not with new ones, and nobody else stays outside for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import erasure, tombstones
from pipelines.errors import Problem
from pipelines.warehouse import Warehouse
from tests.erasure.library import CANARIES, CARD, NUMBER, OTHERS, READERS, events, exports, library, taken_in
from tests.erasure.scan import found_anywhere, vault_of
from tests.hostile.door import childless
from tests.line.sites import Line

COUNTS = (
    "select sum(records), sum(loaded), sum(duplicates), sum(rejected), sum(rows) from ledger.file where name like '{}'"
)
ROWS = "select (select count(*) from raw.gate_event), (select count(*) from raw.event_attendance)"


@pytest.fixture(scope="module")
def doors() -> Iterator[None]:
    """What is read is read here, and nothing is made of it."""
    with pytest.MonkeyPatch.context() as patch, childless(patch):
        patch.setattr(erasure, "run", lambda site, progress: taken_in(Line(Path(site.file).parent)))
        yield


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory, doors: None) -> Line:
    line = library(tmp_path_factory.mktemp("everybody") / "site")
    put(line, exports())
    assert taken_in(line).problems == ()
    return line


@pytest.fixture(scope="module")
def once_erased(everybody: Line, tmp_path_factory: pytest.TempPathFactory) -> Line:
    line = everybody.copied(tmp_path_factory.mktemp("erased") / "site")
    erase(line)
    return line


@pytest.fixture
def erased(once_erased: Line, tmp_path: Path) -> Line:
    return once_erased.copied(tmp_path / "site")


def erase(line: Line, number: str = NUMBER) -> dict[str, int]:
    return erasure.erase(line.site, number, lambda what, share: None)


def put(line: Line, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        line.put(name, content)


def later() -> dict[str, bytes]:
    """The next month's exports, with everybody; the list of people is the same once more, under another name."""
    files = exports()
    return {
        "gate/2025-11.csv": files["gate/2025-09.csv"].replace(b"2025-09-0", b"2025-11-0"),
        "events/2026.xlsx": events(READERS, "2025-11-12"),
        "people/2026.csv": files["people/all.csv"],
    }


def sealed(line: Line) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((line.campus.vault / "received").iterdir())}


def test_the_same_bytes_bring_nobody_back(erased: Line, tmp_path: Path) -> None:
    rows, vault = erased.rows_of(ROWS), sealed(erased)
    put(erased, exports())
    assert taken_in(erased).problems == ()
    assert (erased.rows_of(ROWS), sealed(erased), erased.waiting()) == (rows, vault, [])
    assert found_anywhere(erased, CANARIES, tmp_path / "unsealed") == set()


def test_new_exports_are_taken_in_without_them(erased: Line, everybody: Line, tmp_path: Path) -> None:
    put(erased, later())
    assert taken_in(erased).problems == ()
    assert erased.rows_of(COUNTS.format("gate/2025-11.csv")) == [(25, 22, 0, 3, 22)]
    assert erased.rows_of(COUNTS.format("events/2026.xlsx")) == [(12, 11, 0, 1, 11)]
    assert len(sealed(erased)) == len({*exports().values(), *later().values()})
    assert found_anywhere(erased, CANARIES, tmp_path / "unsealed") == set()
    # The control: where they were not erased, they come in.
    line = everybody.copied(tmp_path / "control")
    put(line, later())
    taken_in(line)
    assert line.rows_of(COUNTS.format("gate/2025-11.csv")) == [(25, 24, 0, 1, 24)]
    assert {word for _, word in found_anywhere(line, CANARIES, tmp_path / "control-unsealed")} == set(CANARIES)


def test_without_a_tombstone_no_number_is_held_against_any(
    everybody: Line, erased: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    once = tombstones.tombstone
    monkeypatch.setattr(tombstones, "tombstone", lambda key, secret: (asked.append(key), once(key, secret))[1])
    line = everybody.copied(tmp_path / "other")
    put(line, later())
    taken_in(line)
    assert asked == []
    put(erased, {"gate/2025-11.csv": later()["gate/2025-11.csv"]})
    taken_in(erased)
    assert len(set(asked)) >= len(READERS), "the control: where there is one, every number is"


def test_a_full_list_that_comes_too_late_is_sealed_without_them(erased: Line, tmp_path: Path) -> None:
    lines = "replaces: everything\n    period: '(\\d{4})'"
    site = erased.folder / "campus.yml"
    site.write_text(
        site.read_text(encoding="utf-8").replace("files: people/*.csv", f"files: people/*.csv\n    {lines}"),
        encoding="utf-8",
    )
    line = Line(erased.folder.rename(tmp_path / "listed"))
    for name, content in {
        "2027": exports(is_with_them=False)["people/all.csv"],
        "2026": exports()["people/all.csv"] + b"\n",
    }.items():
        put(line, {f"people/{name}.csv": content})
        assert taken_in(line).problems == ()
    assert line.rows_of("select status, records from ledger.file where name = 'people/2026.csv'") == [("replaced", 0)]
    assert found_anywhere(line, CANARIES, tmp_path / "unsealed") == set()


def test_by_a_card_its_holder_is_found(everybody: Line) -> None:
    by_card, by_number = erasure.find(everybody.site, CARD), erasure.find(everybody.site, f" {NUMBER} ")
    assert by_card.rows == by_number.rows
    assert by_card.rows["raw.gate_event"] == 3
    assert by_card.rows["raw.patron_identifier"] == 1


def test_a_card_that_somebody_else_has_held_too_stays_theirs(everybody: Line, tmp_path: Path) -> None:
    line = everybody.copied(tmp_path / "site")
    other = OTHERS[0][0]
    line.put("cards/handed_on.csv", f"card,number,since\n{CARD},{other},2026-01-05\n")
    taken_in(line)
    with pytest.raises(Problem, match="2 people have held the card"):
        erasure.find(line.site, CARD)
    assert erasure.find(line.site, NUMBER).shared == 1
    erase(line)
    assert vault_of(line).pseudonyms_of(NUMBER) == []
    assert len(vault_of(line).pseudonyms_of(CARD)) == 1
    assert line.rows_of("select count(*) from raw.patron_identifier") == [(12,)]
    assert line.rows_of(ROWS) == [(36, 11)]


def test_rows_that_a_run_would_not_make_anew_go_too(everybody: Line, tmp_path: Path) -> None:
    line = everybody.copied(tmp_path / "site")
    keys = [vault_of(line).pseudonyms_of(number)[0] for number in (NUMBER, OTHERS[0][0])]
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        for key in keys:
            warehouse.connection.execute("insert into ledger.service_contact values ('r', ?, date '2026-01-05')", [key])
            warehouse.connection.execute(
                "insert into ledger.service_member values ('r', ?, 'served', 'patron', 1, 'x')", [key]
            )
    erase(line)
    for table in ("service_contact", "service_member"):
        assert line.rows_of(f"select patron_key from ledger.{table}") == [(keys[1],)]


def test_an_original_that_nobody_can_read_any_more_goes_if_it_may_name_them(everybody: Line, tmp_path: Path) -> None:
    line = everybody.copied(tmp_path / "site")
    vault = vault_of(line)
    contents = {"a": f"x,{NUMBER}\n".encode(), "b": f"x,{NUMBER}9\n".encode(), "c": b"PK\x03\x04 something packed"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        vault.seal_original(tmp_path / name, name)
    assert erase(line)["originals destroyed"] == 2 + 2
    assert [b"".join(vault.original(name)) for name in contents] == [b"", contents["b"], b""]
