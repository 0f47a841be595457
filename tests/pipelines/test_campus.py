from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines import paths
from pipelines.campus import Campus, read_campus, sources
from pipelines.errors import Misconfigured
from tests.pipelines.landing import NAMES, contracts


def written(folder: Path, **lines: Any) -> Path:
    path = folder / "campus.yml"
    path.write_text(yaml.safe_dump({**NAMES, **lines}, allow_unicode=True), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(Misconfigured) as caught:
        read_campus(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_folders_lie_beside_the_site_file_unless_it_says_otherwise(tmp_path: Path) -> None:
    campus = read_campus(written(tmp_path))
    assert campus.landing == tmp_path / "data" / "landing"
    assert campus.key_file == tmp_path / "data" / "secrets" / "keyring.json"
    assert campus.warehouse == tmp_path / "data" / "warehouse" / "mingyuan.duckdb"
    (tmp_path / "our_terms.csv").touch()
    elsewhere = read_campus(written(tmp_path, data="kept", landing="incoming", reference={"term": "our_terms.csv"}))
    assert elsewhere.landing == tmp_path / "incoming"
    assert elsewhere.vault == tmp_path / "kept" / "vault"
    assert elsewhere.reference == {"term": tmp_path / "our_terms.csv"}


def test_terms_are_academic_or_calendar_years(tmp_path: Path) -> None:
    assert read_campus(written(tmp_path)).terms == "academic"
    years = read_campus(written(tmp_path, terms={"calendar_years": [1919, 1962]})).terms
    assert years != "academic"
    assert (years.first_year, years.last_year) == (1919, 1962)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ({"landng": "in"}, "campus.yml: unknown key ‘landng’ — did you mean ‘landing’?"),
        ({"timezone": "Asia/Shangai"}, "campus.yml: timezone: 'Asia/Shangai' is not a time zone"),
        ({"class_scheme": "udc"}, "campus.yml: class_scheme: Input should be 'clc', 'lcc', 'ddc' or 'none'"),
        ({"small_cell": 4}, "campus.yml: small_cell: "),
        ({"name": {"zh": "馆"}}, "campus.yml: name: ‘en’ is missing"),
        (
            {"reference": {"terms": "own.csv"}},
            "campus.yml: reference: no table is called ‘terms’ — did you mean ‘term’?",
        ),
        ({"reference": {"term": "own.csv"}}, "campus.yml: reference.term: there is no file "),
        (
            {"sources": {"door": {"feeds": "gate_event", "files": "a.csv", "columns": {"gate": "x"}}}},
            "campus.yml: sources.door: unknown key ‘feeds’ — did you mean ‘feed’?",
        ),
        ({"terms": {"calendar_years": [1962, 1919]}}, "the last year comes before the first"),
        (
            {"sources": {"libsys_loans": {"fiels": "x"}}},
            "campus.yml: sources.libsys_loans: unknown key ‘fiels’ — did you mean ‘files’?",
        ),
        (
            {"sources": {"libsys_lones": {}}},
            "sources.libsys_lones: no preset is called ‘libsys_lones’ — did you mean ‘libsys_loans’?",
        ),
        (
            {"sources": {"libsys_loans": {"columns": {"title": {"form": "题名"}}}}},
            "sources.libsys_loans: columns.title: unknown key ‘form’ — did you mean ‘from’?",
        ),
        ({"sources": {"libsys_loans": {"files": "../secret.csv"}}}, "must lie inside the landing folder"),
        ({"sources": {"libsys_loans": {"files": "/etc/passwd"}}}, "must lie inside the landing folder"),
        ({"sources": {"libsys_loans": {"header": {"afer": 3}}}}, "unknown key ‘afer’ — did you mean ‘after’?"),
    ],
)
def test_a_slip_of_the_pen_is_named_in_one_line(tmp_path: Path, lines: dict[str, Any], words: str) -> None:
    assert words in refusal(written(tmp_path, **lines))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: [", "campus.yml: line 1: "),
        ("just words", "campus.yml: holds no `key: value` lines"),
        ("unit: {zh: 系, en: Department}\nunit: {zh: 院, en: School}", "campus.yml: line 2: ‘unit’ is given twice"),
    ],
)
def test_a_file_that_is_no_yaml_is_named_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "campus.yml"
    path.write_text(text, encoding="utf-8")
    assert refusal(path).startswith(words)


def test_a_missing_site_file_says_how_to_begin(tmp_path: Path) -> None:
    assert refusal(tmp_path / "campus.yml").endswith("copy campus.example.yml to begin with")


def test_a_site_changes_single_lines_and_columns_of_a_preset(tmp_path: Path) -> None:
    own = {"preset": "libsys_loans", "delimiter": "tab", "columns": {"title": "书名", "location": None}}
    (source,) = sources(read_campus(written(tmp_path, sources={"our_loans": own})), contracts())
    assert (source.name, source.feed, source.delimiter) == ("our_loans", "loan", "\t")
    assert source.columns["title"].headings == ("书名",)
    assert "location" not in source.columns
    assert source.columns["returned_at"].headings == ("归还日期", "还书时间")


def with_presets(monkeypatch: pytest.MonkeyPatch, folder: Path, **presets: str) -> None:
    monkeypatch.setattr(paths, "PRESETS", folder)
    for name, text in presets.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")


def test_a_preset_may_build_on_another_and_a_third(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = "feed: gate_event\nfiles: a.csv\ncolumns: {building: {value: A}, direction: {value: in}, passed_at: at}\n"
    second = "preset: first\nfiles: b.csv\ncolumns: {building: {value: B}}\n"
    with_presets(monkeypatch, tmp_path, first=first, second=second, third="preset: second\nfiles: c.csv\n")
    (source,) = sources(read_campus(written(tmp_path, sources={"third": {}})), contracts())
    assert (source.files, source.columns["building"].value) == (("c.csv",), "B")
    assert source.columns["passed_at"].headings == ("at",)


def test_presets_that_build_on_each_other_in_a_circle_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_presets(monkeypatch, tmp_path, alone="preset: alone\n", one="preset: other\n", other="preset: one\n")
    told = refusal(written(tmp_path, sources={"alone": {}}))
    assert told.startswith("alone.yml: presets build on each other in a circle, alone → alone — ")
    told = refusal(written(tmp_path, sources={"gate": {"preset": "one"}}))
    assert told.startswith("other.yml: presets build on each other in a circle, one → other → one — ")


def test_a_preset_that_builds_on_none_there_is_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_presets(monkeypatch, tmp_path, second="preset: frist\n", first="feed: loan\n")
    told = refusal(written(tmp_path, sources={"second": {}}))
    assert told == "second.yml: no preset is called ‘frist’ — did you mean ‘first’?"


def test_a_key_with_nothing_behind_it_has_no_lines(tmp_path: Path) -> None:
    assert read_campus(written(tmp_path, sources=None)).sources == {}
    assert read_campus(written(tmp_path, sources={"libsys_loans": None})).sources == {"libsys_loans": {}}
    assert "sources: " in refusal(written(tmp_path, sources=["libsys_loans"]))


def test_a_source_may_stand_in_the_site_file_alone(tmp_path: Path) -> None:
    columns = {"building": {"value": "北馆"}, "direction": {"value": "in"}, "passed_at": "time"}
    own = {"feed": "gate_event", "files": ["north/*.csv"], "columns": columns}
    (source,) = sources(read_campus(written(tmp_path, sources={"north": own})), contracts())
    assert source.files == ("north/*.csv",)


def test_a_source_is_held_to_the_contract_of_its_feed(tmp_path: Path) -> None:
    def problem(own: dict[str, Any]) -> str:
        campus = read_campus(written(tmp_path, sources={"libsys_loans": own}))
        with pytest.raises(Misconfigured) as caught:
            sources(campus, contracts())
        return str(caught.value)

    assert "no column ‘titel’ — did you mean ‘title’?" in problem({"columns": {"titel": "题名"}})
    assert "nothing fills ‘item_key’" in problem({"columns": {"item_key": None}})
    assert "no feed is called ‘lone’ — did you mean ‘loan’?" in problem({"feed": "lone"})
    assert "columns.title is not a pseudonym" in problem({"columns": {"title": {"from": "姓名", "identifier": "x"}}})
    assert "takes no formats" in problem({"columns": {"title": {"from": "题名", "formats": "%Y"}}})
    assert "made of ‘due_at’, which nothing fills" in problem(
        {"columns": {"due_at": None, "loan_key": {"made_of": ["due_at"]}}}
    )


def test_the_example_site_file_reads_every_demo_export() -> None:
    campus = read_campus(paths.ROOT / "campus.example.yml")
    assert {source.name for source in sources(campus, contracts())} == set(campus.sources)
    assert len(campus.sources) == 16


@pytest.mark.parametrize("preset", sorted(paths.PRESETS.glob("*.yml")), ids=lambda path: path.stem)
def test_every_preset_says_what_it_is_and_fits_its_feed(preset: Path) -> None:
    assert preset.read_text(encoding="utf-8").startswith("# ")
    campus = Campus.model_validate({**NAMES, "sources": {preset.stem: {}}})
    assert sources(campus, contracts())[0].name == preset.stem
