"""What comments are about, by words a library can read and change; only how many persons wrote of what.

Belongs here: finding the words of ``ref.theme`` in masked text, and shares with their intervals.  No comment leaves.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from profiles.masking import mask
from profiles.survey_estimates import GROUPS, Z95

OTHER = "other"
"""What a comment is about in which no word of the dictionary stands."""
NOTHING = re.compile(
    r"[\W_]*(?:无|没有|暂无|没了|没有建议|无建议|暂无建议|没有意见|无意见|none|nothing|no|n/?a|nil)?[\W_]*"
)
"""A comment that says there is nothing to say is none."""

THEME = {
    **dict.fromkeys(("survey", "facet", "group_type", "group_code", "theme"), pl.String),
    **{"persons": pl.Int64, "commenters": pl.Int64},
    **dict.fromkeys(("share", "share_low", "share_high"), pl.Float64),
}


@dataclass(frozen=True)
class Matcher:
    """All words at once; where words overlap, the one that begins first and then the longest is taken."""

    pattern: re.Pattern[str]
    theme_of: dict[str, set[str]]

    @classmethod
    def of(cls, words: pl.DataFrame) -> "Matcher":
        """From the columns theme, language and word."""
        theme_of: dict[str, set[str]] = {}
        forms: dict[str, str] = {}
        for theme, language, word in (
            words.filter(pl.col("theme") != OTHER).select("theme", "language", "word").iter_rows()
        ):
            plain = fold(word)
            theme_of.setdefault(plain, set()).add(theme)
            forms[plain] = (
                re.escape(plain) if language == "zh" else rf"(?<![a-z]){re.escape(plain)}(?=(?:e?s)?(?![a-z]))"
            )
        longest = sorted(forms, key=lambda word: (-len(word), word))
        return cls(re.compile("|".join(forms[word] for word in longest) or r"(?!)"), theme_of)

    def themes(self, text: str) -> set[str]:
        """The themes of a comment: one, several, or ``other``; none where the comment says nothing."""
        plain = fold(mask(text))
        if NOTHING.fullmatch(plain):
            return set()
        found = (self.theme_of[match.group()] for match in self.pattern.finditer(plain))
        return set().union(*found) or {OTHER}


def fold(text: str) -> str:
    """Text as it is compared: one form of each character, small letters, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def count_themes(comments: pl.DataFrame, responses: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """How many of those who wrote something wrote of each theme, for everyone and each group.

    Args:
        comments: survey, response_key, facet, answer_text; a person's several comments count as one.
        responses: survey, response_key, level_group, college, segment.
        words: theme, language, word.

    Returns:
        survey, facet, group_type, group_code, theme, persons, commenters, share and its 95 % Wilson interval.

    """
    said = themed(comments, "answer_text", words).select("survey", "facet", "response_key", "theme").unique()
    rows = [row for kind, column in _kinds() for row in _counted(said, responses, kind, column)]
    return pl.DataFrame(rows, THEME).sort("survey", "facet", "group_type", "group_code", "theme")


def themed(rows: pl.DataFrame, text: str, words: pl.DataFrame) -> pl.DataFrame:
    """The rows whose column says something, once for each theme it is about, with that theme."""
    matcher = Matcher.of(words)
    texts = rows[text].unique().drop_nulls().sort().to_list()
    told = pl.DataFrame(
        [(one, sorted(matcher.themes(one))) for one in texts],
        {text: pl.String, "theme": pl.List(pl.String)},
        orient="row",
    )
    return rows.join(told, on=text).explode("theme").drop_nulls("theme")


def _kinds() -> Iterator[tuple[str, pl.Expr]]:
    yield "cohort", pl.lit("everyone")
    yield from ((kind, pl.col(column)) for kind, column in GROUPS.items())


def _counted(said: pl.DataFrame, responses: pl.DataFrame, kind: str, column: pl.Expr) -> Iterator[dict[str, Any]]:
    grain = ["survey", "facet", "group_code"]
    placed = responses.select("survey", "response_key", group_code=column).drop_nulls("group_code")
    own = said.join(placed, on=["survey", "response_key"])
    total = own.group_by(grain).agg(commenters=pl.col("response_key").n_unique())
    for row in own.group_by(*grain, "theme").agg(persons=pl.len()).join(total, on=grain).iter_rows(named=True):
        low, high = wilson(row["persons"], row["commenters"])
        yield {
            **row,
            "group_type": kind,
            "share": row["persons"] / row["commenters"],
            "share_low": low,
            "share_high": high,
        }


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of ``n`` (Wilson 1927); n is 1 or more."""
    share, square = hits / n, Z95**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z95 / (1 + square / n) * float(np.sqrt(share * (1 - share) / n + square / (4 * n**2)))
    return max(middle - half, 0.0), min(middle + half, 1.0)
