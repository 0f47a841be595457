"""One number in several tables: what one of them withholds no other tells, nor a total that nobody thought of."""

from dataclasses import replace

import polars as pl
import pytest

from pipelines.models import Model
from pipelines.releasing.aggregates import TOTAL, placed
from profiles.disclosure import Rules
from tests.privacy.releases import K, through_the_gate

RULES = Rules()
TERM = {"term": "t1"}
CLASSES = {"Law": {"a": 2, "b": 2, "c": 2, "d": 2, "e": 2, "f": 2}, "Art": {"a": 60}, "Music": {"a": 45}}
"""Six classes of two: were the twelve told, nobody could take one of the classes for nine."""
MEMBERS = {college: sum(classes.values()) for college, classes in CLASSES.items()}


def units() -> pl.DataFrame:
    """What portrait.unit counts: everyone, colleges, and the classes in them."""
    counts = [("cohort", "everyone", sum(MEMBERS.values()))]
    for college, classes in CLASSES.items():
        counts += [("college", college, MEMBERS[college])]
        counts += [("class", f"{college}/{name}", n) for name, n in classes.items()]
    return pl.DataFrame([TERM | {"group_type": kind, "group_code": code, "persons": n} for kind, code, n in counts])


def audience() -> pl.DataFrame:
    """A service for everybody, and one for nearly everybody."""
    return pl.DataFrame(
        [
            TERM | {"service": service, "college": college, "persons": n - less, "in_need": 0, "stated": 0}
            for college, n in MEMBERS.items()
            for service, less in (("all", 0), ("most", 3 * (college == "Art")))
        ]
    )


def pressure() -> pl.DataFrame:
    measure = {"measure": "invitational_ratio", "group_type": "college", "value": 0.1}
    return pl.DataFrame([TERM | measure | {"group_code": college, "persons": n} for college, n in MEMBERS.items()])


def change() -> pl.DataFrame:
    """As many as in the smaller of two terms: in Music, fewer than now."""
    measure = {"measure": "loans", "compare_to": "t0"}
    rows = units().with_columns(persons=pl.when(group_code="Music").then(40).otherwise("persons"))
    return rows.with_columns(pl.lit(value).alias(name) for name, value in measure.items())


OTHERS = {"service.audience": audience, "service.pressure": pressure, "portrait.change": change}


def told(models: dict[str, Model], other: str, as_its_own: bool = False) -> dict[str, set[int | None]]:
    """What is shown of the members of each college, here or there."""
    model = models[other]
    beside = placed(model, OTHERS[other](), RULES)
    if as_its_own:
        beside = beside.with_columns(pl.concat_str(pl.lit("own "), name).alias(name) for name in ("same", "family"))
    released = through_the_gate(pl.concat([placed(models["portrait.unit"], units(), RULES), beside]))
    of_college = released.filter(pl.col("row_key") != TOTAL, pl.col("unit").is_in([*MEMBERS]))
    same = of_college.filter(pl.col("persons") == pl.col("unit").replace_strict(MEMBERS, return_dtype=pl.Int64))
    return {unit: set(rows["shown"]) for (unit,), rows in same.group_by("unit")}


@pytest.mark.parametrize("other", OTHERS)
def test_a_college_that_is_withheld_is_withheld_in_every_table(models: dict[str, Model], other: str) -> None:
    assert MEMBERS["Law"] >= K
    assert told(models, other)["Law"] == {None}
    assert told(models, other)["Art"] == {60}, "and what is told is told in all of them"


@pytest.mark.parametrize("other", ["service.audience", "service.pressure"])
def test_a_table_that_does_not_say_whom_it_counts_tells_it(models: dict[str, Model], other: str) -> None:
    """The control."""
    assert told(models, other, as_its_own=True)["Law"] == {None, 10}


@pytest.mark.parametrize("first", [0, 1])
def test_the_tables_that_count_everybody_are_one_family_whichever_table_comes_first(
    models: dict[str, Model], first: int
) -> None:
    """A table that counts fewer in one college is the variant, not all the others."""
    both = [placed(models["portrait.unit"], units(), RULES), placed(models["portrait.change"], change(), RULES)]
    named = [
        frame.with_columns(table_name=pl.concat_str(pl.lit(str((place + first) % 2)), "table_name"))
        for place, frame in enumerate(both)
    ]
    families = through_the_gate(pl.concat(named)).filter(pl.col("row_key") != TOTAL)
    of_units = families.filter(pl.col("table_name").str.ends_with("unit"))
    assert of_units["family"].unique().to_list() == of_units["same"].unique().to_list()


THEMES = {"everyone": (33, 60), "one": (14, 28), "two": (14, 28), "three": (5, 6)}
"""Who wants a thing, and of how many who wrote anything: by segment, the third of which is small."""


def themes() -> pl.DataFrame:
    words = {"survey": "s1", "facet": "text", "theme": "seats", "label_zh": "座位", "label_en": "seats"}
    return pl.DataFrame(
        [
            words
            | {"group_type": "cohort" if group == "everyone" else "segment", "group_code": group}
            | {"persons": n, "commenters": of, "share": n / of, "share_low": 0.1, "share_high": 0.9}
            for group, (n, of) in THEMES.items()
        ]
    )


def shown(model: Model) -> dict[str, int | None]:
    released = through_the_gate(placed(model, themes(), RULES)).filter(pl.col("row_key") != TOTAL)
    return dict(released.select("unit", "shown").iter_rows())


def test_a_share_of_a_known_number_says_a_number_more_nearly_than_it_is_told(models: dict[str, Model]) -> None:
    """14 of 28, told as 15 of 30 and 50 %, are 14 to 16; so are the others, and the 33 of everybody 32 to 34.

    The small one would then be no more than 34 - 28, and be found out.
    """
    model = models["report.survey_theme"]
    assert placed(model, themes(), RULES)["slack"].to_list() == [1, 1, 1, 1]
    assert list(shown(model).values()).count(None) > 1, "and so one more than the small one is withheld"
    by_tens = placed(model, themes(), Rules(mode="simple"))["slack"]
    assert by_tens.to_list() == [3, 2, 2, 4], "14 of 28, told as 50 % of 30, which may be 25 to 35"
    silent = replace(model, columns=tuple(replace(c, tags=c.tags - {"of_persons"}) for c in model.columns))
    assert shown(silent) == {"": 35, "~one": 15, "~two": 15, "~three": None}, "the control"
