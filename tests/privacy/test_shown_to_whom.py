"""Who is shown what: a college learns nothing of another college, and published people are not told apart too easily."""

import numpy as np
import polars as pl
import pytest

from pipelines.models import Model
from pipelines.releasing.aggregates import placed
from pipelines.releasing.release import as_decided
from profiles.disclosure import Rules
from profiles.linkage import share_unique
from tests.privacy.releases import through_the_gate

BENCHMARKS = {"university_share", "university_mean", "university_persons"}
SURVEY = {"survey": "s1", "item": "q1", "position": 1, "label_zh": "题", "label_en": "item", "scale_max": 5.0}


def survey(answers: dict[str, list[int]]) -> pl.DataFrame:
    """report.survey of one item, by college."""
    everyone = [answer for own in answers.values() for answer in own]
    whole = {"university_mean": float(np.mean(everyone)), "university_persons": len(everyone)}
    return pl.DataFrame(
        [
            SURVEY
            | whole
            | {"college": college, "persons": len(own), "mean": float(np.mean(own)), "half_width": 0.3}
            | {"top2_share": float(np.mean(np.array(own) >= 4)), "low_share": 0.2, "response_rate": 0.3}
            for college, own in answers.items()
        ]
    )


def segments(counts: dict[str, list[int]]) -> pl.DataFrame:
    """report.segment, by college."""
    words = {"label_zh": "类", "label_en": "kind", "meaning_zh": "释义", "meaning_en": "meaning"}
    whole = sum(map(sum, counts.values()))
    of_kind = [sum(kind) for kind in zip(*counts.values(), strict=True)]
    return pl.DataFrame(
        [
            words
            | {"college": college, "term": "t1", "segment": f"s{kind}", "position": kind, "persons": persons}
            | {"share": persons / sum(own), "university_share": of_kind[kind] / whole}
            for college, own in counts.items()
            for kind, persons in enumerate(own)
        ]
    )


def page(model: Model, frame: pl.DataFrame, college: str) -> pl.DataFrame:
    """What the page of one college is made of, benchmarks aside."""
    decided = through_the_gate(placed(model, frame, Rules())).select("row_key", "shown")
    told = as_decided(model, frame, decided.filter(pl.col("row_key") != ""), Rules())
    return told.filter(college=college).drop(name for name in BENCHMARKS if name in told.columns)


@pytest.mark.parametrize("seed", range(5))
def test_other_answers_in_another_college_change_no_figure_of_ones_own(models: dict[str, Model], seed: int) -> None:
    generator = np.random.default_rng(seed)
    answers = {f"C{n}": generator.integers(1, 6, 20 + 5 * n).tolist() for n in range(4)}
    other = answers | {"C3": generator.integers(1, 6, 60).tolist()}
    before, after = (page(models["report.survey"], survey(one), "C0") for one in (answers, other))
    assert not survey(answers).equals(survey(other))
    assert before.drop("withheld").row(0)[-1] is not None
    assert before.equals(after)


@pytest.mark.parametrize("seed", range(5))
def test_other_readers_in_another_college_change_no_figure_of_ones_own(models: dict[str, Model], seed: int) -> None:
    """As long as nobody's own small numbers need somebody else's cells to hide among."""
    generator = np.random.default_rng(seed)
    counts = {f"C{n}": generator.integers(15, 80, 4).tolist() for n in range(4)}
    other = counts | {"C3": generator.integers(15, 80, 4).tolist()}
    before, after = (page(models["report.segment"], segments(one), "C0") for one in (counts, other))
    assert before.equals(after)


def test_people_who_are_the_only_ones_of_their_kind_are_counted() -> None:
    people = pl.DataFrame({"college": ["Law", "Law", "Art", "Art"], "level": ["doctor", "master", "master", "master"]})
    assert share_unique(people, ["college", "level"]) == 0.5
    assert share_unique(people, ["level"]) == 0.25
    assert share_unique(people.clear(), ["level"]) == 0.0


def test_somebody_known_by_college_and_level_is_found_among_pseudonyms_and_not_in_what_leaves(
    models: dict[str, Model],
) -> None:
    """Linkage: the only doctoral student of Law has 41 loans, as the table of pseudonyms says to whoever may read it."""
    people = pl.DataFrame(
        {
            "patron_key": [f"p{n}" for n in range(41)],
            "cohort": ["doctor", *["new"] * 40],
            "loans": [41, *[n % 7 for n in range(40)]],
        }
    )
    assert people.filter(cohort="doctor")["loans"].to_list() == [41]
    words = {"college": "Law", "term": "t1", "position": 1, "label_zh": "类", "label_en": "kind"}
    figures = {"reach_rate": 1.0, "visit_days_mean": 1.0, "bookings_mean": 1.0}
    of_cohort = people.group_by("cohort", maintain_order=True).agg(persons=pl.len(), loans_mean=pl.col("loans").mean())
    frame = of_cohort.with_columns(**{name: pl.lit(value) for name, value in (words | figures).items()})
    assert page(models["report.cohort"], frame, "Law").filter(cohort="doctor").select("persons", "loans_mean").row(
        0
    ) == (
        None,
        None,
    )
