"""Made-up report tables in the shape that ``sql/report`` gives: a campus, and two sites unlike it.

Twelve colleges over four terms with one term of broken gates and one college too small to show;
a lending library of readers by nationality over 43 years; and a site with nothing but a survey.
"""

import random

import polars as pl

from profiles.captions import SiteWords, Words
from tests.pipelines import report_rows as rows
from tests.pipelines.report_rows import COLLEGES, INDICATORS, SOURCES, SUBJECTS, TERMS

CAMPUS = SiteWords(name=Words("示例大学图书馆", "Sample University Library"), as_of="2026-07-12")
LENDING = SiteWords(
    name=Words("借书铺", "The Lending Library"),
    unit=Words("国籍", "Nationality"),
    whole=Words("全部读者", "All members"),
    as_of="1962-12-31",
)


def campus() -> dict[str, pl.DataFrame]:
    """Twelve colleges, four terms; the gates failed in autumn 2025, one college has seven members."""
    draw = random.Random(7)
    indicators = [row for spec in enumerate(INDICATORS) for row in rows.indicator(*spec, list(COLLEGES), TERMS, draw)]
    tables = {
        "report.college": [
            rows.about(name, TERMS[-1], len(COLLEGES), persons, ("2026-02-23", "2026-07-05"))
            for name, persons in COLLEGES.items()
        ],
        "report.indicator": indicators,
        "report.hour": [row for name in COLLEGES for row in rows.hours(name, draw)],
        "report.segment": [row for name in COLLEGES for row in rows.segments(name, draw)],
        "report.distribution": [row for name in COLLEGES for row in rows.bands(name, draw)],
        "report.cohort": [row for name in COLLEGES for row in rows.cohorts(name, draw)],
        "report.survey": [row for name in COLLEGES for row in rows.survey(name, draw)],
        "report.survey_estimate": [],
        "portrait.subject": [row for name in COLLEGES for row in rows.subjects(name, draw)],
        "ref.class": [rows.subject_class(*spec) for spec in SUBJECTS],
        "report.service": [row for name in COLLEGES for row in rows.services(name)],
        "report.service_evaluation": [rows.evaluation("helped", 0.081), rows.evaluation("cannot_tell", None)],
        "report.source": [rows.source(*spec) for spec in SOURCES],
    }
    return {name: pl.DataFrame(made, infer_schema_length=None) for name, made in tables.items()}


def lending() -> dict[str, pl.DataFrame]:
    """Loans only, by nationality, 43 yearly terms: no gates, no bookings, no survey."""
    draw = random.Random(11)
    years = [(str(year), f"{year} 年", str(year)) for year in range(1919, 1962)]
    nations = [f"{name}" for name in ("America", "France", "Great Britain", "Ireland", "Germany", "Canada", "Poland")]
    loans = ("loans", "reading_view", "人均借书", "Loans per member", "loans", "higher", 14.0, False)
    tables = dict.fromkeys(table_names(), pl.DataFrame())
    tables["report.college"] = pl.DataFrame([rows.about(name, years[-1], 7, 60, (None, None)) for name in nations])
    tables["report.indicator"] = pl.DataFrame(rows.indicator(0, loans, nations, years, draw), infer_schema_length=None)
    tables["report.source"] = pl.DataFrame(
        [rows.source("loan", "借阅", "Loans", 20_126, 1.0, "ok"), rows.source("gate", "门禁", "Gates", 0, None, "none")]
    )
    return tables


def survey_only() -> dict[str, pl.DataFrame]:
    """One survey of three faculties and nothing else."""
    draw = random.Random(3)
    tables = dict.fromkeys(table_names(), pl.DataFrame())
    faculties = ["A", "B", "C"]
    tables["report.college"] = pl.DataFrame([rows.about(name, TERMS[-1], 3, None, (None, None)) for name in faculties])
    answers = [row | {"response_rate": None} for name in faculties for row in rows.survey(name, draw, persons=212)]
    tables["report.survey"] = pl.DataFrame(answers, infer_schema_length=None)
    return tables


OTHERS = ("report.survey_estimate", "portrait.subject", "ref.class", "report.service", "report.service_evaluation")


def table_names() -> list[str]:
    names = ("college", "indicator", "hour", "segment", "distribution", "cohort", "survey", "source")
    return [*(f"report.{name}" for name in names), *OTHERS]
