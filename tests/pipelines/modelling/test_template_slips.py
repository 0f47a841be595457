"""A report that could not be written, or would show persons, is refused before anything runs."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import Misconfigured
from pipelines.modelling.model_files import read_models
from pipelines.modelling.template_slips import refuse_slips
from pipelines.reports import Template, read_template, read_templates, render
from pipelines.site import models
from tests.pipelines.report_tables import CAMPUS

GOOD = "打印 | Printing | who prints\nreads: portrait.department, ref.class\none per: term\nfor: library\non paper: yes"
FEED = """-- One row for each print job.
-- feed: 打印 | print jobs
-- grain: patron_key
-- purpose: research

create table raw.print_job (
    patron_key varchar  -- 读者假名 | patron #pseudonym
);
"""
COLLEGE = """-- What each college printed.
--
-- grain: college
-- persons: readers

select
    coalesce(patron_key, 'x') as college,  -- 学院 | college #aggregate
    count(patron_key) as readers           -- 读者 | readers #aggregate
from raw.print_job
group by all
"""


def small(folder: Path, body: str) -> Template:
    path = folder / "small.html.j2"
    path.write_text(
        f"{{# 小报 | Small report | one line\nreads: report.shelf\none per: shelf #}}{body}", encoding="utf-8"
    )
    return read_template(path)


def slips(folder: Path, words: str) -> list[str]:
    path = folder / "printing.html.j2"
    path.write_text(f"{{#\n{words}\n#}}\n", encoding="utf-8")
    try:
        refuse_slips([read_template(path)], models())
    except Misconfigured as refusal:
        return str(refusal).splitlines()
    return []


def test_what_is_right_is_no_slip(tmp_path: Path) -> None:
    assert slips(tmp_path, GOOD) == []
    assert len(read_templates()) > 5
    refuse_slips(read_templates(), models())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("portrait.department", "portrait.individual", "reads: portrait.individual holds a row for each person — read"),
        ("portrait.department", "segment.reader", "reads: segment.reader holds a row for each person"),
        ("portrait.department", "service.candidate", "reads: service.candidate holds a row for each person"),
        ("portrait.department", "fact.dominance", "reads: fact.dominance is no table that is told — a page reads ref, "),
        ("portrait.department", "raw.loan", "reads: raw.loan is no table that is told"),
        ("portrait.department", "portrait.departmnt", "no file defines portrait.departmnt — did you mean ‘portrait.depart"),
        ("one per: term", "one per: site", "one per: site is for pages that are filled by hand, so portrait.department"),
        ("for: library", "for: libary", "for: there is no office ‘libary’ — did you mean ‘library’?"),
        ("on paper", "on papers", "the opening comment says ‘on papers’, which means nothing — did you mean ‘on paper’?"),
        ("reads:", "read:", "the opening comment says ‘read’, which means nothing — did you mean ‘reads’?"),
    ],
)  # fmt: skip
def test_a_slip_of_a_report_is_told_with_its_remedy(tmp_path: Path, old: str, new: str, words: str) -> None:
    (line,) = slips(tmp_path, GOOD.replace(old, new))
    assert line.startswith("printing.html.j2: ")
    assert words in line


@pytest.mark.parametrize(
    ("persons", "words"),
    [
        ("-- persons: readers\n", None),
        ("-- persons: none\n", None),
        ("", "report.printing gathers people out of raw.print_job without saying how many stand behind a row"),
    ],
)
def test_a_table_that_gathers_people_counts_them_or_says_that_it_tells_of_no_group(
    sql_folder, persons: str, words: str | None
) -> None:
    folder = sql_folder(raw__print_job=FEED, report__printing=COLLEGE.replace("-- persons: readers\n", persons))
    if words is None:
        assert read_models(folder)["report.printing"].persons == ("readers" if "readers" in persons else None)
        return
    with pytest.raises(Misconfigured) as refusal:
        read_models(folder)
    assert words in str(refusal.value)


def test_so_does_one_that_copies_the_figures_of_groups(sql_folder) -> None:
    copy = "-- The same.\n--\n-- grain: college\n\nselect college, readers from portrait.printing\n"
    with pytest.raises(Misconfigured, match=r"report\.printing gathers people out of portrait\.printing"):
        read_models(sql_folder(raw__print_job=FEED, portrait__printing=COLLEGE, report__printing=copy))


def test_only_tables_that_tell_of_no_group_say_so() -> None:
    said = {model.table for model in models().values() if "none" in model.header.values("persons")}
    assert said == {"portrait.relationship_validity", "report.source", "report.study_board"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "\n\n<p>{{ rows('report.shelf')[0].lones }}",
            "small.html.j2:5: 'dict object' has no attribute 'lones' — see the",
        ),
        ("\n{% macro summary() %}{{ reader }}{% endmacro %}", "small.html.j2:4: 'reader' is undefined — see the"),
        ("\n{% for x in 1 %}", "small.html.j2:4: Unexpected end of template."),
        ("{{ group | shout }}", "small.html.j2:3: No filter named 'shout'."),
        ("{% extends '_pag.html.j2' %}", "small.html.j2: there is no _pag.html.j2 to extend or include — mend"),
    ],
)
def test_a_slip_in_a_template_is_told_with_its_line(tmp_path: Path, body: str, words: str) -> None:
    tables = {"report.shelf": pl.DataFrame({"shelf": ["A"], "loans": [9876.5]})}
    with pytest.raises(Misconfigured) as caught:
        render(small(tmp_path, body), {"shelf": "A"}, tables, CAMPUS, "zh")
    assert str(caught.value).startswith(words)
    assert "9876" not in str(caught.value)
    assert "\n" not in str(caught.value)
