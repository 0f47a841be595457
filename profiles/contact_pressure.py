"""How hard readers are pressed: how much of what happens between library and readers is an invitation, and how alike all are.

Only invitations are looked at.  What holds a single contact back belongs in :mod:`profiles.contact_gate`.
"""

from itertools import combinations

import polars as pl

from profiles.contact_gate import UNANSWERED

PRESSURE = {
    "term": pl.String,
    "measure": pl.String,
    "group_type": pl.String,
    "group_code": pl.String,
    "persons": pl.Int64,
    "value": pl.Float64,
}
OTHER = "other"
"""Whatever a message was about that the catalogue does not know."""


def pressure(contacts: pl.DataFrame, readers: pl.DataFrame) -> pl.DataFrame:
    """Every measure of every term in which somebody was invited.

    ``contacts`` are invitations with patron_key, term, contacted_on, service and response, and whether the person
    ``is_reader`` in the term, with college and segment; ``readers`` are counts of the readers of each term, college
    and segment: persons, and ``acts`` that they did of their own accord.
    """
    if contacts.is_empty():
        return pl.DataFrame(schema=PRESSURE)
    invited = contacts.with_columns(pl.col("service").fill_null(OTHER))
    parts = [
        *(_ratio(invited, readers, kind) for kind in ("everyone", "college", "segment")),
        _within_30_days(invited),
        _by_number(invited),
        _overlap(invited),
        _sameness(invited),
        _sets(invited),
    ]
    return pl.concat(part.select(pl.col(name).cast(kind) for name, kind in PRESSURE.items()) for part in parts)


def _ratio(invited: pl.DataFrame, readers: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Of all that passed between the library and the readers of a group, the share that the library began."""
    groups = ["term", "college", "segment"]
    sent = invited.filter("is_reader").group_by(groups).agg(sent=pl.len())
    counted = (
        readers.filter(pl.col("term").is_in(invited["term"].unique().implode()))
        .join(sent, on=groups, how="left", nulls_equal=True)
        .with_columns(group_code=pl.lit("everyone") if kind == "everyone" else pl.col(kind))
        .drop_nulls("group_code")
        .group_by("term", "group_code")
        .agg(pl.col("persons", "sent", "acts").sum())
    )
    share = pl.when(pl.col("sent") + pl.col("acts") > 0).then(pl.col("sent") / (pl.col("sent") + pl.col("acts")))
    return counted.with_columns(measure=pl.lit("invitational_ratio"), group_type=pl.lit(kind), value=share)


def _within_30_days(invited: pl.DataFrame) -> pl.DataFrame:
    """Of the most invitations that each reader had within 30 days, the median, what 95 in 100 do not exceed, and the most."""
    in_order = invited.sort("patron_key", "term", "contacted_on")
    rolled = in_order.rolling("contacted_on", period="30d", group_by=["patron_key", "term"]).agg(sent=pl.len())
    most = rolled.group_by("patron_key", "term").agg(pl.col("sent").max())
    by_term = most.group_by("term").agg(
        persons=pl.len(),
        contacts_30_days_p50=pl.col("sent").quantile(0.5, "higher"),
        contacts_30_days_p95=pl.col("sent").quantile(0.95, "higher"),
        contacts_30_days_max=pl.col("sent").max().cast(pl.Float64),
    )
    told = by_term.unpivot(index=["term", "persons"], variable_name="measure", value_name="value")
    return told.with_columns(group_type=pl.lit("everyone"), group_code=pl.lit("everyone"))


def _by_number(invited: pl.DataFrame) -> pl.DataFrame:
    """The share of first, second … invitations of a term that were answered, of those whose answer was reported."""
    in_order = invited.sort("patron_key", "term", "contacted_on", "service")
    numbered = in_order.with_columns(nth=pl.int_range(1, pl.len() + 1).over("patron_key", "term"))
    is_answered = ~pl.col("response").is_in(UNANSWERED)
    return numbered.group_by("term", "nth").agg(
        measure=pl.lit("response_rate"),
        group_type=pl.lit("nth_contact"),
        group_code=pl.col("nth").first().cast(pl.String),
        persons=pl.len(),
        value=is_answered.drop_nulls().mean(),
    )


def _overlap(invited: pl.DataFrame) -> pl.DataFrame:
    """For each two services of a term, how far the same readers were invited to both (Jaccard)."""
    audience = invited.select("term", "service", "patron_key").unique()
    size = audience.group_by("term", "service").len("size")
    one, other = audience.rename({"service": "one"}), audience.rename({"service": "other"})
    both = one.join(other, on=["term", "patron_key"]).filter(pl.col("one") < pl.col("other"))
    shared = both.group_by("term", "one", "other").len("shared")
    pairs = (
        size.join(size, on="term", suffix="_other")
        .filter(pl.col("service") < pl.col("service_other"))
        .rename({"service": "one", "service_other": "other"})
        .join(shared, on=["term", "one", "other"], how="left")
        .with_columns(pl.col("shared").fill_null(0))
        .with_columns(persons=pl.col("size") + pl.col("size_other") - pl.col("shared"))
    )
    return pairs.with_columns(
        measure=pl.lit("audience_overlap"),
        group_type=pl.lit("service_pair"),
        group_code=pl.col("one") + "+" + pl.col("other"),
        value=pl.col("shared") / pl.col("persons"),
    )


def _sameness(invited: pl.DataFrame) -> pl.DataFrame:
    """Of all pairs of colleges that were written to in a term, the share that got exactly the same services."""
    sent = invited.drop_nulls("college").group_by("term", "college").agg(_set())
    persons = invited.group_by("term").agg(persons=pl.col("patron_key").n_unique())
    shares = [(term, _same_pairs(sets["services"].to_list())) for (term,), sets in sent.group_by("term")]
    share = pl.DataFrame(shares, schema={"term": pl.String, "value": pl.Float64}, orient="row")
    return _everyone(persons.join(share, on="term"), "same_message_share")


def _same_pairs(sets: list[str]) -> float | None:
    pairs = list(combinations(sets, 2))
    return sum(one == other for one, other in pairs) / len(pairs) if pairs else None


def _sets(invited: pl.DataFrame) -> pl.DataFrame:
    """How many different sets of services readers were offered, for each reader who was."""
    offered = invited.group_by("term", "patron_key").agg(_set())
    counted = offered.group_by("term").agg(persons=pl.len(), sets=pl.col("services").n_unique())
    return _everyone(counted.with_columns(value=pl.col("sets") / pl.col("persons")), "service_sets_per_person")


def _set() -> pl.Expr:
    return pl.col("service").unique().sort().str.join("+").alias("services")


def _everyone(frame: pl.DataFrame, measure: str) -> pl.DataFrame:
    words = {"measure": measure, "group_type": "everyone", "group_code": "everyone"}
    return frame.with_columns(pl.lit(word).alias(name) for name, word in words.items())
