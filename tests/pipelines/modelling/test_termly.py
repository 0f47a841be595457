"""A table is rebuilt by terms only where its statement keeps them apart: what mixes them is refused with its place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.errors import Misconfigured
from pipelines.modelling.model_files import read_models
from pipelines.modelling.parted import Asked, Narrowed, Parted

Folder = Callable[..., Path]

TERM = """-- One row for each term.
--
-- grain: term

create table ref.term (
    term       varchar not null, -- 学期 | term
    starts_on  date    not null, -- 开始 | starts on
    compare_to varchar           -- 比较 | compared with
);
"""
DAY = """-- One row for each day.
--
-- grain: day

create table ref.calendar_day (
    day  date    not null, -- 日 | day
    term varchar           -- 学期 | term
);
"""
VISIT = """-- One row for each visit.
-- feed: 到馆 | visits
-- grain: visit_key
-- happened: entered_at
-- purpose: research

create table raw.visit (
    visit_key  varchar   not null, -- 号 | visit
    patron_key varchar   not null, -- 读者 | patron #pseudonym
    entered_at timestamp not null  -- 时间 | entered at
);
"""


def person(name: str) -> str:
    return f"""-- One row for each person and term.
--
-- grain: patron_key, term

create table fact.{name} (
    patron_key varchar not null, -- 读者 | patron
    term       varchar not null, -- 学期 | term
    visits     bigint            -- 次数 | visits
);
"""


HEADER = """-- One row for each person and term.
--
-- grain: patron_key, term
-- rebuild: term(term)
"""
LINES = ("-- reads fact.roster: earlier of patron_key\n", "-- reads fact.month: earlier of patron_key\n")


def wide(folder: Folder, statement: str, lines: str = "") -> Path:
    tables = {"ref__term": TERM, "ref__calendar_day": DAY, "raw__visit": VISIT}
    facts = {f"fact__{name}": person(name) for name in ("roster", "month")}
    return folder(**tables, **facts, portrait__wide=HEADER + lines + "\n" + statement.strip() + "\n")


LINKED = """
select roster.patron_key, roster.term, month.visits
from fact.roster as roster
left join fact.month as month on roster.patron_key = month.patron_key and roster.term = month.term
"""
SUMMED = """
with month_total as (select patron_key, term, sum(visits) as visits from fact.month group by all)
select roster.patron_key, roster.term, month_total.visits
from fact.roster as roster
left join month_total on roster.patron_key = month_total.patron_key and roster.term = month_total.term
"""
RANKED = """
select patron_key, term, rank() over (partition by term order by visits) as visits  -- 位次 | rank
from fact.month
"""
BY_DAY = """
select visit.patron_key, calendar.term, count(*) as visits  -- 次数 | visits
from raw.visit as visit
join ref.calendar_day as calendar on cast(visit.entered_at as date) = calendar.day
group by all
"""
RUNNING = """
with so_far as (
    select month.patron_key, month.term, sum(month.visits) over person as visits
    from fact.month as month
    join ref.term as term on month.term = term.term
    window person as (partition by month.patron_key order by term.starts_on)
)
select roster.patron_key, roster.term, so_far.visits
from fact.roster as roster
join so_far on roster.patron_key = so_far.patron_key and roster.term = so_far.term
"""
YEAR_AGO = """
select roster.patron_key, roster.term, month.visits
from fact.roster as roster
join ref.term as term on roster.term = term.term
left join fact.month as month on roster.patron_key = month.patron_key and term.compare_to = month.term
"""
TERM_AGO = YEAR_AGO.replace("select roster", "with before as (select term, lag(term) over (order by starts_on) as compare_to from ref.term)\nselect roster", 1).replace("join ref.term as term", "join before as term")  # fmt: skip
BOTH = "select patron_key, term, visits from fact.roster union all select patron_key, term, visits from fact.month"


@pytest.mark.parametrize(
    ("statement", "lines"),
    [(LINKED, ""), (SUMMED, ""), (RANKED, ""), (BY_DAY, ""), (BOTH, "")]
    + [(statement, "".join(LINES)) for statement in (RUNNING, YEAR_AGO, TERM_AGO)]
    + [(RUNNING.replace("patron_key order", "patron_key, month.visits order"), "".join(LINES))],
)
def test_what_keeps_the_terms_apart_is_taken(sql_folder: Folder, statement: str, lines: str) -> None:
    model = read_models(wide(sql_folder, statement, lines))["portrait.wide"]
    assert model.parted is not None
    assert set(model.parted.narrowed) == {table for table in model.reads if not table.startswith("ref.")}


@pytest.mark.parametrize(
    ("statement", "lines", "change", "words"),
    [
        (LINKED, "", (" and roster.term = month.term", ""), "a join brings rows of several terms together"),
        (LINKED, "", ("roster.term = month.term", "roster.term >= month.term"), "a join brings rows of several terms"),
        (LINKED, "", ("left join", "full join"), "it is not known how a full join keeps the terms apart"),
        (LINKED, "", ("roster.term, m", "concat(roster.term) as term, m"), "term is not the term of the rows"),
        (SUMMED, "", ("term, sum(visits)", "max(term) as term, sum(visits)"), "rows of several terms are grouped"),
        (SUMMED, "", ("group by all", "group by rollup (patron_key, term)"), "rows of several terms are grouped"),
        (
            SUMMED,
            "",
            ("from fact.roster as roster", "from (select patron_key, 't' as term from fact.roster) as roster"),
            "a join brings rows of several terms",
        ),
        (RANKED, "", ("partition by term", "partition by patron_key"), "a window looks at rows of several terms"),
        (
            RANKED,
            "",
            ("from fact.month", "from fact.month where visits > (select avg(visits) from fact.month)"),
            "a total is taken",
        ),
        (
            RANKED,
            "",
            ("from fact.month", "from fact.month where patron_key in (select patron_key from fact.roster)"),
            "a query within a condition",
        ),
        (BY_DAY, "", ("= calendar.day", "> calendar.day"), "not joined to ref.calendar_day by it"),
        (
            BOTH,
            "",
            ("term, visits from fact.month", "patron_key as term, visits from fact.month"),
            "the parts of a union",
        ),
        (RUNNING, "", ("", ""), "a window looks at rows of several terms"),
        (RUNNING, LINES[0], ("", ""), "a window looks at rows of several terms"),
        (
            RUNNING,
            LINES[1],
            ("partition by month.patron_key order", "order"),
            "a window looks at rows of several terms",
        ),
        (RUNNING, LINES[1], ("term.starts_on)", "term.starts_on desc)"), "a window looks at rows of several terms"),
        (RUNNING, LINES[1], ("sum(month.visits)", "lead(month.visits)"), "a window looks at rows of several terms"),
        (RUNNING, LINES[1], ("sum(month.visits)", "lag(month.visits, -1)"), "a window looks at rows of several terms"),
        (
            RUNNING,
            LINES[1],
            ("starts_on)", "starts_on rows between unbounded preceding and unbounded following)"),
            "a window looks",
        ),
        (RUNNING, LINES[1], ("join ref", "left join ref"), "a window looks at rows of several terms"),
        (
            RUNNING,
            LINES[1],
            ("so_far on roster.patron_key = so_far.patron_key and", "so_far on"),
            "not told for the key",
        ),
        (YEAR_AGO, LINES[0], ("", ""), "a join brings rows of several terms together"),
        (YEAR_AGO, LINES[1], ("roster.patron_key = month.patron_key and ", ""), "a join brings rows of several terms"),
        (TERM_AGO, LINES[1], ("order by starts_on", "order by starts_on desc"), "a join brings rows of several terms"),
    ],
)
def test_what_mixes_them_is_refused(
    sql_folder: Folder, statement: str, lines: str, change: tuple[str, str], words: str
) -> None:
    assert change[0] in statement
    with pytest.raises(
        Misconfigured, match=r"(?m)^sql/portrait/wide\.sql:\d+: .*which of .* is read across them"
    ) as refused:
        read_models(wide(sql_folder, statement.replace(*change) if change[0] else statement, lines))
    assert words in str(refused.value)


def test_what_is_said_to_be_read_whole_may_mix_them(sql_folder: Folder) -> None:
    crossed = LINKED.replace(" and roster.term = month.term", "")
    model = read_models(wide(sql_folder, crossed, "-- reads fact.month: whole\n"))["portrait.wide"]
    assert model.parted == Parted("term", "term", {"fact.roster": Narrowed(("term",))})


def test_a_header_says_which_terms_a_term_needs(sql_folder: Folder) -> None:
    models = read_models(wide(sql_folder, RUNNING, LINES[1]))
    needs = {"fact.month": Narrowed(("term",), earlier=True, of="patron_key"), "fact.roster": Narrowed(("term",))}
    assert models["portrait.wide"].parted == Parted("term", "term", needs, {}, {"fact.roster": "patron_key"})
    assert models["fact.month"].asked == Asked(("portrait.wide",), frozenset({"term"}), terms="term")


LATEST = """-- One row for each person.
--
-- grain: patron_key
-- rebuild: term(last_term)
-- reads fact.month: earlier of patron_key

with dated as (
    select month.patron_key, month.visits, term.starts_on
    from fact.month as month
    join ref.term as term on month.term = term.term
)

select
    last.patron_key,
    last.term as last_term,       -- 最近学期 | last term
    sum(dated.visits) as visits   -- 次数 | visits
from fact.last as last
join ref.term as final on last.term = final.term
join dated on last.patron_key = dated.patron_key and dated.starts_on <= final.starts_on
group by last.patron_key, last.term
"""


def latest(folder: Folder, grain: str) -> Path:
    last = person("last").replace("grain: patron_key, term", f"grain: {grain}")
    return folder(ref__term=TERM, fact__last=last, fact__month=person("month"), portrait__latest=LATEST)


def test_a_row_may_be_kept_with_the_one_term_that_its_like_has_in_another_table(sql_folder: Folder) -> None:
    parted = read_models(latest(sql_folder, "patron_key"))["portrait.latest"].parted
    needs = {"fact.last": Narrowed(("term",)), "fact.month": Narrowed(("term",), earlier=True, of="patron_key")}
    assert parted == Parted("term", "last_term", needs, {}, {"fact.last": "patron_key"})


def test_a_row_is_not_kept_with_one_of_several_terms(sql_folder: Folder) -> None:
    with pytest.raises(Misconfigured, match=r"last_term does not tell the rows of portrait\.latest by their term"):
        read_models(latest(sql_folder, "patron_key, term"))


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("term(term)", "term(patron)"), "rebuild: patron does not tell the rows of portrait.wide by their term"),
        (("grain: patron_key, term", "grain: patron_key"), "rebuild: term does not tell the rows of portrait.wide"),
        (("term(term)", "term(term)\n-- follows fact.month: patron_key"), "the terms of portrait.wide follow no keys"),
        (("term(term)", "term(term)\n-- reads ref.term: whole"), "ref.term is always read whole — leave it out"),
        (
            ("term(term)", "term(term)\n-- reads fact.month: 2 days"),
            "this is no `whole`, `earlier` or `earlier of key`",
        ),
        (("term(term)", "term(term)\n-- reads ref.term: earlier"), "it is not known which terms of ref.term change"),
        (("term(term)", "term(term)\n-- reads fact.month: earlier of card"), "fact.month has no column card"),
        (("term(term)", "term(term)\n-- reads fact.months: earlier"), "portrait.wide does not read fact.months"),
    ],
)
def test_a_header_that_cannot_be_right_is_refused(sql_folder: Folder, header: tuple[str, str], words: str) -> None:
    folder = wide(sql_folder, RUNNING, LINES[1])
    path = folder / "portrait" / "wide.sql"
    path.write_text(path.read_text(encoding="utf-8").replace(*header), encoding="utf-8")
    with pytest.raises(Misconfigured) as refused:
        read_models(folder)
    assert words in str(refused.value)
