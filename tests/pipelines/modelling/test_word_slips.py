"""Words of a comment that nothing would read are refused with their place, as what they would have kept is missed in silence."""

import pytest

from pipelines.errors import Misconfigured
from pipelines.modelling.model_files import read_models
from pipelines.site import models

FEED = """-- One row for each print job.
-- feed: 打印 | print jobs
-- days: printed_at
-- grain: patron_key, printed_at
-- due: 2 days
-- purpose: research
-- expect ColumnValuesToBeBetween: {column: pages, min_value: 1}

create table raw.print_job (
    patron_key varchar,             -- 读者假名 | patron #pseudonym
    title      varchar,             -- 文件名 | file name #sensitive
    pages      integer   not null,  -- 页数 | pages
    printed_at timestamp not null   -- 打印时间 | printed at
);
"""
UNIT = """-- One row for each day.
--
-- grain: printed_on
-- persons: none

select
    cast(printed_at as date) as printed_on,  -- 日期 | day
    count(*) as jobs  -- 打印次数 | print jobs #aggregate #usage_view #times #higher #print_job
from raw.print_job
group by all
"""


def slips(sql_folder, old: str = "", new: str = "") -> list[str]:
    assert old in FEED + UNIT
    files = {"raw__print_job": FEED.replace(old, new), "portrait__unit": UNIT.replace(old, new)} if old else {}
    try:
        read_models(sql_folder(**(files or {"raw__print_job": FEED, "portrait__unit": UNIT})))
    except Misconfigured as refusal:
        return str(refusal).splitlines()
    return []


def test_words_that_are_known_are_no_slip(sql_folder) -> None:
    assert slips(sql_folder) == []


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("#pseudonym", "#pseudonim", "raw/print_job.sql:10", "#pseudonim of patron_key — did you mean ‘pseudonym’?"),
        (" #pseudonym", "", "raw/print_job.sql:10", "patron_key says who somebody is, and would enter as it is — mark it"),
        ("title  ", "card_no", "raw/print_job.sql:11", "card_no says who somebody is"),
        ("#sensitive", "#secret", "raw/print_job.sql:11", "nothing knows the tag #secret of title — take it out"),
        ("-- purpose: research\n", "", "raw/print_job.sql:1", "no purpose — say in the header what the data may be used for"),
        ("due: 2 days", "due: soon", "raw/print_job.sql:5", "due: soon is no length of time — write it as"),
        ("column: pages", "column: page", "raw/print_job.sql:7", "there is no column page — did you mean ‘pages’?"),
        ("{column: pages, min_value: 1}", "pages > 0", "raw/print_job.sql:7", "is not a setting — write it as"),
        ("#times ", "", "portrait/unit.sql:8", "jobs is an indicator with 0 tags of a unit — say one of bookings, "),
        (" #higher", "", "portrait/unit.sql:8", "with 0 tags of a better end — say one of higher, lower, neutral"),
        ("#usage_view ", "", "portrait/unit.sql:8", "with 0 tags of a view — say one of growth_view, "),
        ("#higher", "#higher #lower", "portrait/unit.sql:8", "with 2 tags of a better end"),
    ],
)  # fmt: skip
def test_a_slip_is_refused_with_its_place_and_remedy(sql_folder, old: str, new: str, place: str, words: str) -> None:
    (line,) = [line for line in slips(sql_folder, old, new) if words in line]
    assert line.startswith(f"sql/{place}: ")


def test_every_person_in_the_product_s_own_feeds_is_a_pseudonym() -> None:
    told = {f"{m.table}.{c.name}" for m in models().values() if m.is_feed for c in m.columns if "pseudonym" in c.tags}
    assert {"raw.loan.patron_key", "raw.patron_identifier.identifier_key", "raw.gate_event.patron_key"} <= told
