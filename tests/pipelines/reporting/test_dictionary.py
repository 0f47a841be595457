"""The data dictionary tells of every table and column there is, and of no row."""

import re
from pathlib import Path

import pytest

from assets.published import EXAMPLES
from pipelines.models import Model
from pipelines.reporting.dictionary import dictionary_page
from pipelines.warehouse import Warehouse
from profiles.captions import SiteWords, Words

MODEL = "sql/raw/loan.sql"


@pytest.fixture(scope="module")
def page(models: dict[str, Model], tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("dictionary")
    with Warehouse(path=str(folder / "warehouse" / "w.duckdb"), threads=1).opened() as warehouse:
        warehouse.create(models["raw.loan"])
        warehouse.connection.execute(
            "insert into raw.loan (loan_key, item_key, title, source_file, source_record) "
            "values ('L-1', 'B-1', '水浒传', 'f', 1), ('L-2', 'B-2', '红楼梦', 'f', 2)"
        )
        path = dictionary_page(
            models.values(), EXAMPLES, warehouse, folder / "reports", SiteWords(Words("测试", "Test"))
        )
    return path.read_text(encoding="utf-8")


def test_every_table_and_column_has_its_place(page: str, models: dict[str, Model]) -> None:
    anchors = set(re.findall(r' id="([^"]+)"', page))
    expected = {model.table for model in models.values()}
    expected |= {f"{model.table}.{column.name}" for model in models.values() for column in model.columns}
    assert len(expected) > 300
    assert expected - anchors == set()


def test_a_column_links_to_the_columns_it_is_made_from(page: str, models: dict[str, Model]) -> None:
    links = set(re.findall(r'href="#([^"]+)"', page))
    sources = {f"{t}.{c}" for model in models.values() for column in model.columns for t, c in column.sources}
    assert sources - links == set()


def test_it_says_how_many_rows_there_are_and_never_what_stands_in_them(page: str) -> None:
    (section,) = re.findall(r'id="raw\.loan".*?</section>|id="raw\.loan".*?(?=id="raw\.\w+"[ >])', page, re.DOTALL)[:1]
    assert MODEL in section
    assert re.search(r"\b2 (?:行|rows)|2 行", section)
    for cell in ("L-1", "B-2", "水浒传", "红楼梦"):
        assert cell not in page


def test_the_examples_for_analysts_are_on_it(page: str) -> None:
    assert all(example.sql.split(" from ")[0][:20] in page for example in EXAMPLES)
