"""A model that does not say what it must is refused before anything runs, in one line each."""

import pytest

from pipelines.errors import Misconfigured
from pipelines.modelling.model_files import read_models
from pipelines.models import LAYERS

CONTRACT = """-- One row for each loan.
-- feed: 借阅 | loans
-- grain: loan_key
-- purpose: research

create table raw.loan (
    loan_key   varchar not null,  -- 流水号 | loan
    patron_key varchar,           -- 读者 | patron | who it was #pseudonym
    title      varchar            -- 题名 | title #sensitive
);
"""
GOOD = """-- One row for each person.
--
-- It has a second paragraph, which is prose as well.
--
-- grain: patron_key
-- check some_loans: loans > 0

select
    patron_key,
    count(*) as loans  -- 册次 | loans #aggregate
from raw.loan
group by all
"""


def test_a_model_is_read_with_all_that_it_says(sql_folder):
    models = read_models(sql_folder(raw__loan=CONTRACT, fact__reading=GOOD))
    reading = models["fact.reading"]
    assert reading.description == "One row for each person. It has a second paragraph, which is prose as well."
    assert (reading.grain, reading.checks, reading.reads) == (["patron_key"], {"some_loans": "loans > 0"}, {"raw.loan"})
    assert [(c.name, c.type, c.label_zh, c.label_en) for c in reading.columns] == [
        ("patron_key", "VARCHAR", "读者", "patron"),
        ("loans", "BIGINT", "册次", "loans"),
    ]


def test_a_feed_gains_what_the_loader_adds(sql_folder):
    loan = read_models(sql_folder(raw__loan=CONTRACT))["raw.loan"]
    assert [c.name for c in loan.columns][-3:] == ["source_file", "source_record", "notes"]


def test_a_privacy_tag_follows_the_data_until_it_is_an_aggregate(sql_folder):
    text = GOOD.replace("    patron_key,\n", "    patron_key,\n    max(patron_key) as last_one,  -- 末位 | last one\n")
    reading = read_models(sql_folder(raw__loan=CONTRACT, fact__reading=text))["fact.reading"]
    assert reading.column("patron_key").tags == {"pseudonym"}
    assert reading.column("last_one").tags == {"pseudonym"}
    assert "pseudonym" not in reading.column("loans").tags


def test_words_pass_through_a_common_table_expression(sql_folder):
    text = "-- R.\n--\n-- grain: patron_key\n\nwith one as (select patron_key, count(*) as loans -- 册次 | loans\nfrom raw.loan group by all) select * from one\n"
    reading = read_models(sql_folder(raw__loan=CONTRACT, fact__reading=text))["fact.reading"]
    assert reading.column("loans").label_zh == "册次"


def test_new_words_leave_the_code_version_as_it_was(sql_folder):
    before = read_models(sql_folder(raw__loan=CONTRACT, fact__reading=GOOD))["fact.reading"].code_version
    reworded = GOOD.replace("册次 | loans", "借阅 | books")
    assert read_models(sql_folder(fact__reading=reworded))["fact.reading"].code_version == before
    changed = GOOD.replace("count(*) as", "count(title) as")
    assert read_models(sql_folder(fact__reading=changed))["fact.reading"].code_version != before


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (("patron_key,", "patron_kye,"), "sql/fact/reading.sql:9", 'Referenced column "patron_kye" not found'),
        (("  -- 册次 | loans #aggregate", ""), "sql/fact/reading.sql:10", "column loans is not described — write"),
        (("-- 册次 | loans", "-- 册次"), "sql/fact/reading.sql:10", "column loans is not described"),
        (("-- grain: patron_key\n", ""), "sql/fact/reading.sql:1", "no grain — say in the header"),
        (("-- grain: patron_key", "-- grain: person"), "sql/fact/reading.sql:1", "the header names person"),
        (("-- grain:", "-- grian:"), "sql/fact/reading.sql:5", "did you mean `grain`?"),
        (("loans > 0", "laons > 0"), "sql/fact/reading.sql:6", "this check cannot be asked"),
        (("from raw.loan", "from raw.lone"), "sql/fact/reading.sql:11", "no file defines raw.lone — write sql/raw/lone.sql"),
        (("count(*) as loans", "list(title) as loans"), "sql/fact/reading.sql:10", "use string_agg"),
        (("count(*) as loans", "any_value(title) as loans"), "sql/fact/reading.sql:10", "depends on row order"),
        (("group by all", "group by all limit 5"), "sql/fact/reading.sql", "no limit in a model"),
        (("select\n", "selec\n"), "sql/fact/reading.sql", "not SQL"),
        (("count(*) as loans", "sum(length(title)) as loans"), "sql/fact/reading.sql:10", "sensitive and stops at clean"),
    ],
)  # fmt: skip
def test_a_slip_is_refused_with_its_place_and_remedy(sql_folder, change, place, words):
    old, new = change
    assert old in GOOD
    text = GOOD.replace(old, new)
    if "sensitive" in words:
        text = text.replace(" #aggregate", "")
    folder = sql_folder(raw__loan=CONTRACT, fact__reading=text)
    with pytest.raises(Misconfigured) as refusal:
        read_models(folder)
    line = next(line for line in str(refusal.value).splitlines() if words in line)
    assert line.startswith(place)


def test_a_table_may_not_read_what_comes_later(sql_folder):
    backwards = "-- C.\n--\n-- grain: patron_key\n\nselect patron_key from fact.reading\n"
    folder = sql_folder(raw__loan=CONTRACT, fact__reading=GOOD, clean__reader=backwards)
    with pytest.raises(Misconfigured, match=r"clean\.reader reads fact\.reading, which comes later"):
        read_models(folder)


def test_two_tables_may_not_read_each_other(sql_folder):
    one = "-- A.\n--\n-- grain: k\n\nselect k from clean.two\n"
    two = "-- B.\n--\n-- grain: k\n\nselect k from clean.one\n"
    with pytest.raises(Misconfigured, match="in a circle"):
        read_models(sql_folder(clean__one=one, clean__two=two))


def test_an_aggregate_that_still_descends_from_a_person_is_refused(sql_folder):
    text = GOOD.replace("-- grain: patron_key", "-- grain: patron_key\n-- persons: loans")
    with pytest.raises(Misconfigured, match="patron_key descends from a person"):
        read_models(sql_folder(raw__loan=CONTRACT, fact__reading=text))


def test_every_model_of_the_product_lies_in_a_known_layer(models):
    assert {model.layer for model in models.values()} <= set(LAYERS)
    assert all(model.description and model.grain for model in models.values())
