"""An original without somebody: every other byte as it came, or nothing at all."""

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.forgetting.erased_files import seal_rejects_anew
from pipelines.forgetting.redaction import Reading, redactor
from pipelines.keeping.keyring import Keyring
from pipelines.keeping.vault import Vault
from pipelines.receiving.pseudonymise import PATRON_NUMBER
from pipelines.receiving.tombstones import tombstone
from pipelines.warehouse import Warehouse
from profiles.pseudonym import patron_key
from tests.hostile.door import childless
from tests.line.sites import small

THEIRS = "2023141460001"
COLUMNS: dict[str, Any] = {
    "patron_key": "who",
    "building": {"value": "Main"},
    "direction": {"value": "in"},
    "passed_at": "at",
}
SOURCE: dict[str, Any] = {"feed": "gate_event", "files": "*", "columns": COLUMNS, "rejects": {"stop": 1}}
COPIED = {"format": "copy", "table": "gate.passage"}
DUMP = "-- dump\nCOPY gate.passage (who, at) FROM stdin;\n7\t2025-09-08 08:00:00\n<2023141460001\t2025-09-08 08:01:00\n>8\t\\N\n\\.\n-- end\n"
FIXED = {"format": "fixed", "fixed": {"who": [1, 13], "at": [14, 32]}}
SURVEY = {
    "feed": "survey_answer",
    "columns": {
        "survey": {"value": "2026"},
        "response_key": "no",
        "patron_key": "who",
        "item": {"heading": "(.+)"},
        "facet": {"value": "value"},
        "answer_value": {"cell": True},
    },
    "unpivot": {"Q1": "seats", "Q2": "staff"},
}
"""Of which some records say nothing at all, and are neither taken in nor rejected."""


def marked(text: str) -> tuple[str, str]:
    """A text, and what is left of it without what stands between the marks."""
    pieces = [piece.partition(">") for piece in text.split("<")]
    return text.replace("<", "").replace(">", ""), pieces[0][0] + "".join(rest for _, _, rest in pieces[1:])


def redacted(folder: Path, content: bytes, lines: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> tuple[str, bytes]:
    """What became of an original, and what is sealed of it now."""
    line = small(folder, {"gate": {**SOURCE, **lines}})
    keyring = Keyring.load_or_create(line.campus.key_file, None, may_create=True)
    mark = tombstone(patron_key(THEIRS, PATRON_NUMBER, keyring.hmac_key), keyring.hmac_key)
    vault, sha256 = (
        replace(Vault.of(line.campus, keyring), erased=frozenset({mark})),
        hashlib.sha256(content).hexdigest(),
    )
    vault.keep_original(line.put("a.csv", content), sha256)
    (source,) = line.site.every_source()
    with childless(monkeypatch), redactor(line.site, vault) as sealed:
        fate = sealed.redact(sha256, [Reading(source, "a.csv")])
        assert sealed.redact(sha256, [Reading(source, "a.csv")]) == "as it was", "done once, nothing is left to do"
    assert sorted(path.name for path in line.campus.vault.iterdir()) == ["received"], "nothing is kept of the reading"
    return fate, b"".join(vault.original(sha256))


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_text_loses_their_records_and_nothing_else(
    tmp_path: Path, code: str, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        '"门禁",,\n\nwho,at,"the\ndoor"\n',
        '7,2025-09-08 08:00:00,"东\n ""门"""\n',
        '<2023141460001,2025-09-08 08:01:00,"西,\n门"\n>\n',
        "2023141460001x,2025-09-08 08:02:00,南\n",
        '<"2023141460001",never,西\n>',
        "8,2025-09-08 08:03:00,北",
    ]
    whole, rest = (content.replace("\n", end) for content in marked("".join(lines)))
    mark = "\ufeff" if code == "utf-16-be" else ""
    found = redacted(tmp_path / "site", (mark + whole).encode(code), {"header": "detect"}, monkeypatch)
    assert found == ("rewritten", (mark + rest).encode(code))


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (FIXED, "7            2025-09-08 08:00:00\n\n<20231414600012025-09-08 08:01:00\n><20231414600012025-09-08 08:01:00 and more\n>8            x\n"),
        ({"format": "jsonl"}, '\n{"who": "7", "at": "2025-09-08 08:00:00"}\n \n<{"who": "2023141460001", "at": ""}\n>{"who": "8"}'),
        ({"format": "log", "line": r"(?P<who>\S+) \[(?P<at>.*)\]"}, "7 [2025-09-08 08:00:00]\n<2023141460001 [2025-09-08 08:01:00]\n><what did 2023141460001 want\n>- -\n"),
        (COPIED, DUMP),
        (SURVEY, "no,who,Q1,Q2\n1,7,4,5\n<2,2023141460001,,\n><3,2023141460001,many,\n><4,2023141460001,1,2\n>5,8,,\n"),
        ({}, "who,at\n7,2025-09-08 08:00:00\n<２０２３１４１４６０００１,2025-09-08 08:01:00\n><a,b,c,2023141460001\n><\"=\"\"2023141460001\"\"\",2025-09-08 08:01:00\n>202314146000,2025-09-08 08:01:00\n"),
    ],
    ids=["fixed", "jsonl", "log", "copy", "survey", "spellings"],
)  # fmt: skip
def test_every_form_with_a_line_for_each_record_is_rewritten(
    tmp_path: Path, lines: dict[str, Any], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, rest = marked(text)
    assert redacted(tmp_path / "site", whole.encode(), lines, monkeypatch) == ("rewritten", rest.encode())


def test_positions_that_count_bytes_lead_to_them_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = {"format": "fixed", "encoding": "gb18030", "fixed": {"name": [1, 10], "who": [11, 23], "at": [24, 42]}}
    whole, rest = marked(
        "欧阳静    7            2025-09-08 08:00:00\n<欧阳静    20231414600012025-09-08 08:01:00 and more\n>"
    )
    found = redacted(tmp_path / "site", whole.encode("gb18030"), places, monkeypatch)
    assert found == ("rewritten", rest.encode("gb18030"))


def test_sealed_rejects_are_cut_as_their_file_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the preset leaves it to the door, only the ledger knows in which encoding a file came."""
    places = {"format": "fixed", "fixed": {"name": [1, 10], "who": [11, 23], "at": [24, 42]}}
    line = small(tmp_path / "site", {"gate": {**SOURCE, **places}})
    theirs, others = (f"欧阳静    {number}2025-09-08 08:01:00 and more" for number in (THEIRS, "2023141460002"))
    line.put("a.dat", f"{theirs}\n{others}\n".encode("gb18030"))
    with childless(monkeypatch):
        assert line.take_in("gate_event").files == 1
    keyring = Keyring.load_or_create(line.campus.key_file, None, may_create=False)
    mark = tombstone(patron_key(THEIRS, PATRON_NUMBER, keyring.hmac_key), keyring.hmac_key)
    vault = replace(Vault.of(line.campus, keyring), erased=frozenset({mark}))
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        assert seal_rejects_anew(warehouse, line.site, vault) == 1
    (rejects,) = vault.rejecting()
    assert [one["line"] for one in vault.rejects(rejects)] == [others]


OTHER_TABLE = "COPY library.reader (who, name) FROM stdin;\n2023141460001\tx\n\\.\n"
PASSAGES = [{"who": "7", "at": "2025-09-08 08:00:00"}, {"who": THEIRS, "at": "2025-09-08 08:01:00"}]


@pytest.mark.parametrize(
    ("lines", "content"),
    [
        ({"format": "json"}, json.dumps(PASSAGES).encode()),
        ({"format": "jsonl", "records": "day[]"}, json.dumps({"day": PASSAGES}).encode()),
        ({}, gzip.compress(b"who,at\n2023141460001,2025-09-08 08:00:00\n")),
        (COPIED, (marked(DUMP)[0] + OTHER_TABLE).encode()),
    ],
    ids=["json", "jsonl of several records a line", "gzip", "dump of two tables"],
)
def test_any_other_file_that_holds_them_is_destroyed(
    tmp_path: Path, lines: dict[str, Any], content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert redacted(tmp_path / "site", content, lines, monkeypatch) == ("destroyed", b"")
    other = content if content.startswith(b"\x1f") else content.replace(THEIRS.encode(), b"2023141460002")
    if content != other:
        assert redacted(tmp_path / "other", other, lines, monkeypatch) == ("as it was", other), "the control"
