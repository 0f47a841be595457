"""Made-up tables for the pages beside the college report: of each a term in which everything that can be told is told."""

import datetime as dt
from functools import cache
from typing import Any

import polars as pl

from pipelines.site import models

TERM, BEFORE, COLLEGE = "2025-2026-2", "2024-2025-2", "经济学院"
ENGLISH = "School of Economics"
LABELS = {"term_label_zh": "2026年春", "term_label_en": "Spring 2026"}
DAYS = {"first_day": dt.date(2026, 3, 2), "last_day": dt.date(2026, 7, 12)}
EVERYONE = {"group_type": "cohort", "group_code": "everyone", "term": TERM}
AXES = {
    "interaction": ["survey_response", "reader_initiated"],
    "cohesion": ["active_rate", "breadth"],
    "collaboration": ["participants"],
    "stability": ["retention"],
}
Row = dict[str, Any]


def frame(table: str, rows: list[Row]) -> pl.DataFrame:
    """The rows with every column of the table's model; what is not given is empty."""
    columns = [column.name for column in models()[table].columns]
    strange = {name for row in rows for name in row} - set(columns)
    assert not strange, f"{table} has no {', '.join(sorted(strange))}"
    full = [{name: row.get(name) for name in columns} for row in rows]
    return pl.DataFrame(full, schema=None if rows else columns, infer_schema_length=None)


@cache
def of(template: str) -> dict[str, pl.DataFrame]:
    """The tables that a template reads."""
    return {table: frame(table, rows) for table, rows in TABLES[template]().items()}


def _words(name: str) -> Row:
    """A label in each language; codes are English words."""
    return {"label_zh": f"{name}（中）", "label_en": f"{name} en"}


def _study_list() -> dict[str, list[Row]]:
    board = {
        "term": TERM,
        "level_group": "undergraduate",
        "discipline_group": "science",
        "eligible": 210,
        **LABELS,
        **DAYS,
    }
    places = [
        {"line": 1, "place": 1, "tie_size": 1, "may_be_named": True, "score": 97, "badges": "four_terms loans_50"},
        {"line": 2, "place": 2, "tie_size": 2, "may_be_named": False},
        {"line": 3, "place": 2, "tie_size": 2, "may_be_named": True, "score": 91, "badges": ""},
    ]
    shown = {"shown_as_zh": "一位理学院同学", "shown_as_en": "a student, School of Science"}
    return {
        "report.study_board": [
            board | shown | {"view": view} | place for view in ("overall", "growth") for place in places
        ],
        "ref.study_weight": [
            {"view": "overall", "component": c, "weight": 1.0, **_words(c)} for c in ("presence", "reading")
        ],
        "ref.study_rule": [{"rule": "loans_a_day", "value": 5.0, **_words("a day")}],
        "ref.milestone": [{"milestone": "loans_50", "position": 11, "number": 50, **_words("fiftieth loan")}],
    }


def _freshmen() -> dict[str, list[Row]]:
    curve = [
        {
            "term": TERM,
            "event": event,
            "teaching_week": week,
            "persons": 776,
            "survival": 1 - week * step,
            "survival_std_error": 0.02,
        }
        for event, step in (("first_visit", 0.05), ("first_loan", 0.02), ("activated", 0.03))
        for week in range(13)
    ]
    about = {
        "term": TERM,
        **LABELS,
        **DAYS,
        "persons": 776,
        "week": 8,
        "visited": 0.4,
        "borrowed": 0.16,
        "activated": 0.24,
    }
    past = {
        "activated_low": 0.21,
        "activated_high": 0.27,
        "earlier_term": BEFORE,
        "earlier_activated": 0.2,
        "earlier_visited": 0.37,
    }
    unit = {
        "term": TERM,
        "group_type": "cohort",
        "persons": 900,
        "visit_reach_rate": 0.7,
        "visit_days_mean": 11.0,
        "loans_mean": 3.1,
    }
    return {
        "report.intake": [about | past],
        "portrait.activation": curve,
        "portrait.unit": [unit | {"group_code": code} for code in ("new", "everyone")],
    }


def _graduates() -> dict[str, list[Row]]:
    told = {
        "term": TERM, **LABELS, **DAYS, "persons": 728, "begun_before": 700, "came_share": 0.83, "borrowed_share": 0.57,
        "visit_days_mean": 35.9, "visit_days_median": 17.0, "loans_mean": 9.9, "terms_active_mean": 2.6, "hundred_days_share": 0.135,
    }  # fmt: skip
    return {"report.leaver": [told | {"level_group": level} for level in ("all", "undergraduate", "postgraduate")]}


def _visit_brief() -> dict[str, list[Row]]:
    change = {"group_type": "college", "group_code": COLLEGE, "term": TERM, "mean_before": 12.1, "mean": 9.9}
    return {
        "report.college": [
            {
                "college": COLLEGE,
                "college_label_en": ENGLISH,
                "term": TERM,
                **LABELS,
                **DAYS,
                "persons": 318,
                "members": 318,
                "colleges": 12,
            }
        ],
        "portrait.change": [
            change | {"measure": "visit_days", "difference": -2.2, "relative_change": -0.18, "is_changed": True},
            change
            | {
                "measure": "loans",
                "mean_before": 10.0,
                "mean": 10.2,
                "difference": 0.2,
                "relative_change": 0.02,
                "is_changed": False,
            },
            change
            | {
                "measure": "bookings",
                "mean_before": 1.0,
                "mean": 1.3,
                "difference": 0.3,
                "relative_change": 0.3,
                "is_changed": None,
            },
        ],
        "report.survey_theme": [
            {
                "survey": "wjx_2026",
                "facet": "option",
                "group_type": "college",
                "group_code": COLLEGE,
                "theme": theme,
                "persons": 12,
            }
            | {"commenters": 27, "share": share, "share_low": share - 0.1, "share_high": share + 0.1, **_words(theme)}
            for theme, share in (("seats", 0.56), ("hours", 0.3))
        ],
        "report.cohort": [
            {
                "college": COLLEGE,
                "term": TERM,
                "cohort": code,
                "position": place,
                "persons": 84,
                "reach_rate": rate,
                **_words(code),
            }
            for place, (code, rate) in enumerate((("staff", 0.4), ("postgraduate", 0.75)))
        ],
        "service.unreached": [
            {
                "college": COLLEGE,
                "term": TERM,
                "service": "rooms",
                "position": 1,
                "persons": 60,
                "reached": 0,
                "reached_rate": 0.0,
            }
        ],
        "service.catalogue": [{"service": "rooms", **_words("rooms")}],
        "report.promise": [
            {"college": COLLEGE, "term": TERM, "persons": 14, "raised": 17, "unanswered": 3, "unfinished": 5}
        ],
    }


def _director() -> dict[str, list[Row]]:
    parts = [(axis, part) for axis, found in AXES.items() for part in found]
    relation = EVERYONE | {"persons": 2961, "terms_compared": 4, "percentile": 62.5, "axis_score": 62.5, "value": 0.42}
    judged = {
        "term": TERM,
        "persons": 900,
        "reached": 120,
        "reach_rate": 0.13,
        "precision_rate": 0.4,
        "satisfaction": 0.7,
    }
    trial = {"uplift": 0.08, "uplift_low": 0.02, "uplift_high": 0.14}
    reasons = {"reason_zh": "有效", "reason_en": "It helped"}
    place = {
        "day": dt.date(2026, 7, 20),
        "hour": 15,
        "expected": 120.4,
        "p10": 80.0,
        "p90": 160.2,
        "wape": 0.27,
        "plain_wape": 0.38,
    }
    return {
        "report.library": [{"library": "示例大学图书馆", "library_label_en": "Example University Library", "term": TERM, **LABELS, **DAYS, "persons": 2961}],
        "report.college": [{"college": COLLEGE, "college_label_en": ENGLISH, "term": TERM}],
        "portrait.relationship": [relation | {"axis": axis, "component": part} for axis, part in parts],
        "portrait.relationship_validity": [
            {"axis": axis, "term": TERM, "question": question, "colleges": 12, "value": 0.52}
            for axis in AXES
            for question in ("repeatability", "agreement_with_survey", "weight_sensitivity")
        ],
        "ref.relationship_weight": [{"axis": axis, "component": part, "weight": 1.0, **_words(part)} for axis, part in parts],
        "report.service_evaluation": [
            judged | reasons | {"service": verdict, "verdict": verdict, **_words(verdict)} | (trial if verdict != "cannot_tell" else {})
            for verdict in ("keep", "cannot_tell", "fix", "stop")
        ],
        "service.coverage": [
            {"segment": "light", "service": "rooms", "term": TERM, "persons": 400, "in_need": 90, "need_without_service": 80}
        ],
        "service.catalogue": [{"service": "rooms", **_words("rooms")}],
        "ref.segment_name": [{"segment": "light", **_words("light")}],
        "report.indicator": [
            {"college": college, "term": TERM, "indicator": name, "value": value, "persons": 300}
            for college, value in ((COLLEGE, 0.68), ("法学院", 0.83))
            for name in ("visit_reach_rate", "loan_reach_rate")
        ],
        "portrait.distribution": [
            EVERYONE | {"measure": name, "persons": 2961, "zero_share": 0.27, "mean": 10.7, "p50": 5.0, "p90": 30.0, "gini": 0.68}
            for name in ("visit_days", "loans")
        ],
        "report.demand": [place | {"target": target, "place": "总馆"} for target in ("entries", "seats_in_use")],
        "service.campaign_effect": [
            {"campaign_key": "c1", "name": "轻声月", "term": TERM, "starts_on": dt.date(2026, 4, 1), "series": "noise", "persons": 40}
            | {"views": 2750, "viewers": 900, "change": -0.4, "ci_low": -0.9, "ci_high": 0.1, **reasons}
        ],
        "service.pressure": [
            {"term": TERM, "measure": measure, "group_type": "everyone", "group_code": "everyone", "persons": 900, "value": 0.4}
            for measure in ("invitational_ratio", "contacts_30_days_p95")
        ],
        "service.feedback_loop": [
            {"term": TERM, "source": "ticket", "group_type": "all", "group_code": "ticket", "step": step, "position": place}
            | {"pieces": 40, "reached": 40 - 5 * place, "reached_share": 1 - place / 8, "days_median": 2.0}
            for place, step in enumerate(("raised", "triaged", "answered"))
        ],
        "report.survey_theme": [
            EVERYONE_OF | {"survey": "wjx_2026", "facet": "option", "theme": "seats", "persons": 80, "commenters": 331, "share": 0.38}
            | _words("seats")
        ],
        "report.survey_estimate": [
            EVERYONE_OF | {"survey": "wjx_2026", "item": "overall", "scale_max": 5.0, "persons": 220, "mean_weighted": 3.62}
            | {"ci_low": 3.5, "ci_high": 3.74, **_words("overall")}
        ],
        "report.source": [{"feed": "gate", "position": 1, "loaded": 263_478, "coverage": 1.0, "status": "ok", **_words("gates")}],
    }  # fmt: skip


EVERYONE_OF = {"group_type": "cohort", "group_code": "everyone"}
TABLES = {
    "study_list": _study_list,
    "freshmen": _freshmen,
    "graduates": _graduates,
    "visit_brief": _visit_brief,
    "director": _director,
}
