"""Models that were read are kept: the same as read anew, and never those of other files, other code, or a damaged one."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.errors import Misconfigured
from pipelines.modelling import compiled
from pipelines.modelling.compiled import compiled_models
from pipelines.models import Model
from pipelines.paths import ROOT

LOAN = """-- One row for each loan.
-- feed: 借阅 | loans
-- grain: loan_key
-- purpose: research
create table raw.loan (
    loan_key varchar not null,  -- 借阅 | loan
    loaned_at timestamp         -- 借出时间 | loaned at
)
"""
READING = """-- One row for each loan.
--
-- grain: loan_key
select loan_key from raw.loan
"""


@pytest.fixture
def folder(sql_folder: Callable[..., Path]) -> Path:
    return sql_folder(raw__loan=LOAN, fact__reading=READING)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were read, one after another."""
    found: list[Path] = []
    read_models = compiled.read_models

    def noting(folder: Path) -> dict[str, Model]:
        found.append(folder)
        return read_models(folder)

    monkeypatch.setattr(compiled, "read_models", noting)
    return found


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "__pycache__").glob("*"))


def test_every_model_of_the_project_is_kept_as_it_was_read(models: dict[str, Model], tmp_path: Path) -> None:
    place = tmp_path / "__pycache__" / "models.pickle"
    compiled._keep(place, models)
    found = compiled._kept(place)
    assert found is not None
    assert list(found) == list(models), "and in the same order"
    for table, model in models.items():
        assert found[table] == model
        assert (found[table].parted, found[table].asked) == (model.parted, model.asked)
        assert found[table].reads == model.reads
        assert found[table].code_version == model.code_version
        assert (found[table].is_select, found[table].text) == (model.is_select, model.text)
    assert found["clean.visit"].statement == models["clean.visit"].statement


def test_models_are_read_once(folder: Path, read: list[Path]) -> None:
    first, again = compiled_models(folder), compiled_models(folder)
    assert read == [folder]
    assert first == again
    assert set(again) == {"raw.loan", "fact.reading"}


def test_another_file_another_text_and_other_code_are_read_anew(
    folder: Path, read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled_models(folder)
    (folder / "fact" / "reading.sql").write_text(READING.replace("each loan", "every loan"), encoding="utf-8")
    assert compiled_models(folder)["fact.reading"].description == "One row for every loan."
    (folder / "fact" / "reading.sql").rename(folder / "fact" / "loan.sql")
    assert set(compiled_models(folder)) == {"raw.loan", "fact.loan"}
    assert len(read) == 3
    monkeypatch.setattr(compiled, "version", lambda library: f"another {library}")
    compiled_models(folder)
    assert len(read) == 4
    (folder.parent / "pipelines").mkdir()
    (folder.parent / "pipelines" / "models.py").write_text("# another", encoding="utf-8")
    monkeypatch.setattr(compiled, "ROOT", folder.parent)
    compiled_models(folder)
    assert len(read) == 5
    assert len(kept(folder)) == 1, "what is of no use any more is not kept"


def test_a_model_that_is_not_right_is_refused_each_time(folder: Path, read: list[Path]) -> None:
    (folder / "fact" / "reading.sql").write_text(READING.replace("loan_key from", "loan_kye from"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(Misconfigured, match="loan_kye"):
            compiled_models(folder)
    assert len(read) == 2
    assert kept(folder) == []


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b"", lambda b: b[:40] + bytes([b[40] ^ 1]) + b[41:]])
def test_what_is_not_whole_is_read_anew_and_mended(folder: Path, read: list[Path], damage) -> None:
    models = compiled_models(folder)
    (file,) = kept(folder)
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert compiled_models(folder) == models
    assert len(read) == 2
    assert compiled_models(folder) == models
    assert len(read) == 2


def test_where_nothing_can_be_written_it_is_read_each_time(folder: Path, read: list[Path]) -> None:
    (folder / "__pycache__").touch()  # in the way, as on a disk that is read-only
    assert compiled_models(folder) == compiled_models(folder)
    assert len(read) == 2


def test_another_process_finds_what_this_one_has_read(folder: Path) -> None:
    compiled_models(folder)
    reads = (
        "import sys; from pathlib import Path; from pipelines.modelling import compiled; compiled.read_models = None;"
        "print(len(compiled.compiled_models(Path(sys.argv[1]))))"
    )
    told = subprocess.run(
        [sys.executable, "-c", reads, str(folder)], capture_output=True, text=True, check=True, cwd=ROOT, env=os.environ
    )
    assert told.stdout == "2\n"
