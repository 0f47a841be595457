"""A reader of a page meets words: no code of a column, and no word of the other language but names."""

import io
import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.keeping.keyring import Keyring
from pipelines.models import Model
from pipelines.portraying.past import Moment
from pipelines.portraying.portrait_text import headline, told
from pipelines.portraying.portraits import draw
from pipelines.reporting.reader_pages import write_pages
from pipelines.site import Site
from profiles import group_words
from tests.line.sites import Whole

LISTED = re.compile(r"(\w+) in \(((?:'\w+'(?:, )?)+)\)")
IDENTIFIER = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")
ENGLISH, CHINESE = re.compile(r"(?<![\w.·:/-])[a-z]{3,}(?![\w.:/-])"), re.compile(r"[\u4e00-\u9fff]+")
NAMES = "major class_group campus"
"""Of a reader's record: names that only the hub's language has."""


def codes(models: Mapping[str, Model]) -> dict[str, set[str]]:
    """Every value that a contract lists, by the column that may hold it."""
    found: dict[str, set[str]] = {}
    for model in models.values():
        for rule in model.checks.values():
            for column, values in LISTED.findall(rule):
                found.setdefault(column, set()).update(re.findall(r"'(\w+)'", values))
    return found


def texts(html: str) -> list[str]:
    """What a page says, to the eye and to the ear, a text of each element."""
    heard = re.findall(r'(?:aria-label|alt|title)="([^"]*)"', html)
    seen = re.sub(r"<[^>]+>", "\n", re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.DOTALL))
    return [unescape(text).strip() for text in [*seen.splitlines(), *heard] if text.strip()]


def strange(html: str, lang: str, names: frozenset[str] = frozenset()) -> set[str]:
    """Codes on a page, and words of the other language that are no names: a code without a line below is an English word."""
    said = [text for text in texts(html) if text not in names]
    found = {code for text in said for code in IDENTIFIER.findall(text)}
    if lang == "zh":
        return found | {word for text in said for word in ENGLISH.findall(text)}
    return found | {word for text in said for word in CHINESE.findall(text)} - {"中文"}


@pytest.fixture(scope="module")
def pages(whole: Whole) -> dict[str, str]:
    """The pages that readers, colleges and their librarians are given; by their names, shortened."""
    found = [
        path
        for name in ("college", "visit_brief", "study_list", "freshmen", "graduates", "index", "data_use")
        for path in whole.line.campus.reports.rglob(f"{name}*.html")
    ]
    return {f"{path.parent.name[:4]}/{path.name}": path.read_text(encoding="utf-8") for path in found}


def of_readers(whole: Whole, folder: Path) -> dict[str, str]:
    """A reader of each level, and one who leaves."""
    chosen = whole.line.rows_of(
        "select min(patron_key) from portrait.current join portrait.page using (patron_key) group by level, is_graduating"
    )
    keyring = Keyring.load_or_create(whole.line.campus.key_file, None, may_create=False)
    written = write_pages(whole.line.campus, keyring, folder, [key for (key,) in chosen])
    return {path.name: path.read_text(encoding="utf-8") for path in written}


def test_pages_say_words(pages: dict[str, str]) -> None:
    assert len(pages) > 20
    found = {name: strange(html, "en" if ".en." in name else "zh") for name, html in pages.items()}
    assert {name: words for name, words in found.items() if words} == {}


def test_a_reader_s_own_record_says_words(whole: Whole, tmp_path: Path) -> None:
    told = of_readers(whole, tmp_path)
    names = {
        str(name)
        for column in NAMES.split()
        for (name,) in whole.line.rows_of(
            f"select distinct {column} from portrait.individual where {column} is not null"
        )
    }
    assert len(told) > 6
    for page, html in told.items():
        for name in names:
            html = html.replace(f" · {name}</p>", "</p>")
        assert strange(html, "en" if ".en." in page else "zh", names) == set()


def test_a_code_and_a_word_of_the_other_language_are_noticed(pages: dict[str, str]) -> None:
    """The control."""
    zh = next(html for name, html in pages.items() if name.endswith("college.zh.html"))
    en = next(html for name, html in pages.items() if name.endswith("college.en.html"))
    for code in ("top_10", "bachelor", "at_risk", "never", "bachelor 4 humanities"):
        assert strange(zh.replace("</h1>", f" {code}</h1>"), "zh")
    for word in ("lower_undergraduate", "工学院"):
        assert strange(en.replace("</h1>", f" {word}</h1>"), "en")
    assert strange(en.replace('aria-label="', 'aria-label="其余: '), "en")


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("level_group", group_words.LEVEL_GROUPS),
        ("role", group_words.ROLES),
        ("stage", group_words.STAGES),
        ("lifecycle_state", group_words.STATES),
        ("percentile_band", group_words.BANDS),
    ],
)
def test_every_value_that_a_contract_lists_has_its_words(
    models: dict[str, Model], column: str, words: dict[str, object]
) -> None:
    assert codes(models)[column] == set(words)


def test_each_code_of_a_contract_would_be_noticed_on_a_chinese_page(models: dict[str, Model]) -> None:
    """The control: of every value that a contract lists, but short ones that words of trade are made of."""
    every = set().union(*codes(models).values())
    unseen = {code for code in every if not strange(f"<td>{code}</td>", "zh")}
    assert len(every) > 60
    assert unseen == {code for code in every if len(code) < 3}


def test_a_portrait_on_a_terminal_says_words(whole: Whole) -> None:
    ((key,),) = whole.line.rows_of("select min(patron_key) from portrait.current where is_graduating")
    site = Site(file=str(whole.line.folder / "campus.yml"))
    for who in (key, "undergraduate", "文学与传媒学院"):
        portrait = draw(site, who, None, Moment())
        terminal = Console(width=80, file=io.StringIO(), record=True)
        terminal.print(headline(portrait), *told(portrait))
        shown = terminal.export_text()
        assert "…" not in shown, "something is cut off"
        assert not IDENTIFIER.findall(shown)
        assert "2025-2026-" not in headline(portrait)
