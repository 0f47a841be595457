"""What changed when a campaign began: complaints of a theme, or what readers do, week by week; beside how many it reached.

Views say how often a message was opened and nothing about what came of it.  A change at the time of a campaign is an
association.  Belongs here: which weeks are compared, and the row that is told; the step itself belongs in
:mod:`profiles.effect_weeks`.
"""

from typing import Any

import polars as pl
import polars.selectors as cs

from profiles.effect_change import Change, raised
from profiles.effect_weeks import step
from profiles.effect_words import REASONS

MOST_WEEKS = 16
"""On either side: further away other things happen."""
Row = dict[str, Any]

CAMPAIGN_EFFECT = {
    **dict.fromkeys(("campaign_key", "name", "term"), pl.String),
    "starts_on": pl.Date,
    **dict.fromkeys(("series_type", "series"), pl.String),
    **dict.fromkeys(("persons", "messages", "views", "viewers", "weeks_before", "weeks_after"), pl.Int64),
    **dict.fromkeys(
        ("views_largest_share", "views_two_largest_share", "rate_before", "rate_after", "change", "ci_low", "ci_high"),
        pl.Float64,
    ),
    **dict.fromkeys(("p_value", "q_value"), pl.Float64),
    **dict.fromkeys(("verdict", "reason", "reason_zh", "reason_en"), pl.String),
}


def judge_campaigns(campaigns: pl.DataFrame, weeks: pl.DataFrame) -> pl.DataFrame:
    """One row for each campaign and series.

    Args:
        campaigns: campaign_key, name, term, starts_on, messages, views, viewers, and what one and two people made of the views.
        weeks: campaign_key, series_type, series, week (0 is the first whole one after the campaign began, -1 the last
            whole one before), rate, control (the rate of what it was not about), counted (people or complaints).

    """
    series = weeks.filter(pl.col("week").is_between(-MOST_WEEKS, MOST_WEEKS - 1)).drop_nulls(["rate", "control"])
    joined = campaigns.join(series, on="campaign_key").sort("campaign_key", "series_type", "series", "week")
    own = joined.partition_by("campaign_key", "series_type", "series", maintain_order=True)
    changes = [step(part["rate"].to_numpy(), part["control"].to_numpy(), _is_after(part)) for part in own]
    p_values = [change.p_value if change.is_told else None for change in changes]
    q_values = raised([part["term"][0] for part in own], p_values)
    rows = [_row(*found) for found in zip(own, changes, q_values, strict=True)]
    return pl.DataFrame(rows, CAMPAIGN_EFFECT).with_columns(cs.float().round(9))


def _is_after(weeks: pl.DataFrame) -> Any:
    return (weeks["week"] >= 0).to_numpy()


def _row(weeks: pl.DataFrame, change: Change, q_value: float | None) -> Row:
    before, after = weeks.filter(pl.col("week") < 0), weeks.filter(pl.col("week") >= 0)
    reason = change.obstacle if q_value is None else change.reason(q_value)
    words = REASONS[reason]
    found = {"change": change.value, "ci_low": change.low, "ci_high": change.high, "p_value": change.p_value}
    return {
        **{name: weeks[name][0] for name in CAMPAIGN_EFFECT if name in weeks.columns},
        **{"persons": min(before["counted"].sum(), after["counted"].sum())},
        **{"weeks_before": len(before), "weeks_after": len(after)},
        **{"rate_before": before["rate"].mean(), "rate_after": after["rate"].mean()},
        **({} if q_value is None else found),
        **{"q_value": q_value, "verdict": words.verdict, "reason": reason},
        **{"reason_zh": words.zh, "reason_en": words.en},
    }
