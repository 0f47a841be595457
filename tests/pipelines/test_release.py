"""Which rows of which tables may leave, and with which words."""

import polars as pl
import pytest

from pipelines.models import Model
from pipelines.release import kept, released
from tests.drawn import drawn

K = 10
NUMBERS = {"persons", "position", "share", "university_share", "reach_rate", "loans_mean", "visit_days_mean"}


def table(text: str) -> pl.DataFrame:
    """A drawn table whose counts are numbers."""
    frame = drawn(text)
    counts = {name: pl.Int64 for name in ("persons", "position") if name in frame.columns}
    shares = dict.fromkeys((NUMBERS & set(frame.columns)) - set(counts), pl.Float64)
    return frame.cast(counts | shares)


COHORTS = """
college | term | cohort    | position | label_zh | label_en | persons | reach_rate | visit_days_mean | loans_mean
文学院  | t1   | freshmen  | 1        | 新生     | freshmen | 10      | 0.5        | 4.0             | 2.0
文学院  | t1   | doctors   | 2        | 博士     | doctors  | 9       | 1.0        | 77.0            | 41.0
"""


def test_a_row_about_few_keeps_what_it_is_about_and_loses_its_figures(models: dict[str, Model]) -> None:
    shown, withheld = released(models["report.cohort"], table(COHORTS), K).to_dicts()
    assert (shown["persons"], shown["loans_mean"], shown["withheld"]) == (10, 2.0, False)
    assert (withheld["cohort"], withheld["label_zh"], withheld["position"]) == ("doctors", "博士", 2)
    assert withheld["withheld"]
    hidden = ("persons", "reach_rate", "visit_days_mean", "loans_mean")
    assert [withheld[name] for name in hidden] == [None] * 4


def test_the_figures_were_there_and_would_leave_with_a_smaller_limit(models: dict[str, Model]) -> None:
    """The negative control."""
    frame = table(COHORTS)
    assert 41.0 in frame["loans_mean"]
    assert 41.0 in released(models["report.cohort"], frame, 9)["loans_mean"]
    assert 41.0 not in released(models["report.cohort"], frame, K)["loans_mean"]


def segments(text: str) -> pl.DataFrame:
    """Rows as report.segment has them: words for each segment, shares computed from the persons."""
    frame = table(text)
    words = {"label_zh": "类", "label_en": "kind", "meaning_zh": "释义", "meaning_en": "meaning"}
    return frame.with_columns(
        *(pl.lit(word).alias(name) for name, word in words.items()),
        pl.col("segment").rank("dense").cast(pl.Int64).alias("position"),
        (pl.col("persons") / pl.col("persons").sum().over("college")).alias("share"),
        (pl.col("persons").sum().over("segment") / pl.col("persons").sum()).alias("university_share"),
    )


CAMPUS = """
college | term | segment | persons
文学院  | t1   | daily   | 1203
文学院  | t1   | quiet   | 1404
文学院  | t1   | night   | 3
文学院  | t1   | rooms   | 4
理学院  | t1   | daily   | 1502
理学院  | t1   | quiet   | 1301
理学院  | t1   | night   | 402
理学院  | t1   | rooms   | 208
"""


def parts(frame: pl.DataFrame, college: str) -> dict[str, dict]:
    return {row["segment"]: row for row in frame.filter(college=college).to_dicts()}


def test_small_parts_leave_together_and_no_part_is_too_few(models: dict[str, Model]) -> None:
    out = released(models["report.segment"], segments(CAMPUS), K)
    arts = parts(out, "文学院")
    assert {"night", "rooms"}.isdisjoint(arts)
    assert "rest" in arts
    assert out["persons"].min() >= K
    assert sum(row["persons"] for row in arts.values()) == 1203 + 1404 + 3 + 4
    assert sum(row["share"] for row in arts.values()) == pytest.approx(1)


def test_in_the_table_as_it_was_a_part_is_too_few(models: dict[str, Model]) -> None:
    """The negative control."""
    assert segments(CAMPUS)["persons"].min() == 3
    assert released(models["report.segment"], segments(CAMPUS), 0)["persons"].min() == 3


def test_the_parts_put_together_have_words_of_their_own(models: dict[str, Model]) -> None:
    rest = parts(released(models["report.segment"], segments(CAMPUS), K), "文学院")["rest"]
    assert (rest["label_zh"], rest["label_en"], rest["position"]) == ("其余", "others", 99)
    assert rest["meaning_zh"] == "人数较少的几类合在一起"
    assert rest["university_share"] is None


def test_shares_of_the_whole_site_leave_as_whole_percents(models: dict[str, Model]) -> None:
    frame = segments(CAMPUS)
    daily = parts(released(models["report.segment"], frame, K), "理学院")["daily"]
    assert daily["university_share"] == 0.45  # 2705 of 6027 are 0.4488
    assert 0.4487 < frame.filter(segment="daily")["university_share"][0] < 0.4489


def test_a_group_of_too_few_keeps_one_row_without_figures(models: dict[str, Model]) -> None:
    tiny = segments(CAMPUS + "书院    | t1   | daily   | 6\n书院    | t1   | quiet   | 3\n")
    (row,) = released(models["report.segment"], tiny, K).filter(college="书院").to_dicts()
    assert (row["withheld"], row["persons"], row["share"]) == (True, None, None)


def test_on_a_small_site_a_part_cannot_be_had_by_subtraction(models: dict[str, Model]) -> None:
    small = segments("""
college | term | segment | persons
文学院  | t1   | daily   | 40
文学院  | t1   | quiet   | 30
文学院  | t1   | night   | 2
理学院  | t1   | daily   | 35
理学院  | t1   | quiet   | 45
理学院  | t1   | night   | 25
""")
    out = released(models["report.segment"], small, K)
    arts, sciences = parts(out, "文学院"), parts(out, "理学院")
    assert "night" not in arts
    assert "night" not in sciences, "27 at night on the whole site, less 25 there, would be the 2 here"


def test_rows_about_one_reader_are_not_aggregates_and_stay_as_they_are(models: dict[str, Model]) -> None:
    frame = pl.DataFrame({"patron_key": ["a"], "loans": [1]})
    assert released(models["portrait.individual"], frame, K).equals(frame)


def test_every_table_of_a_report_that_counts_people_passes_the_gate(models: dict[str, Model]) -> None:
    counting = [
        m for m in models.values() if m.layer in ("report", "portrait") and "persons" in {c.name for c in m.columns}
    ]
    assert [model.table for model in counting if model.persons is None] == []
    assert len(counting) >= 6
    for model in counting:
        assert model.persons not in kept(model)


def test_what_is_kept_of_a_withheld_row_is_what_it_is_about(models: dict[str, Model]) -> None:
    assert kept(models["report.cohort"]) == ["cohort", "college", "label_en", "label_zh", "position", "term"]
