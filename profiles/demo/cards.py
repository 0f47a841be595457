"""The campus cards people hold, and the card office's list of them.

Belongs here: which card a person shows at a given moment.  What they do with it does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from profiles.demo.calendar import Term
from profiles.demo.draw import Ints, midnight, moments, picked, stream
from profiles.demo.people import People

REPLACED_SHARE = 0.06
FIRST_NUMBER = 10_000_000
NUMBER_WIDTH = 10
HOLDER_WIDTH = 16  # the card office pads person numbers with blanks
NOT_REPLACED = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Cards:
    """Each person's card, the one that replaced it, and when; times in seconds."""

    first: Ints
    second: Ints
    issued_at: Ints
    replaced_at: Ints
    cancelled_at: Ints

    def shown(self, who: Ints, seconds: Ints) -> pl.Series:
        """The number of the card each person shows at each moment."""
        return written(np.where(seconds < self.replaced_at[who], self.first[who], self.second[who]))


def draw_cards(seed: int, people: People, terms: Sequence[Term]) -> Cards:
    """A card for each person and a second one for the few who lost theirs in the years shown."""
    random = stream(seed, "cards")
    serials = FIRST_NUMBER + random.permutation(2 * len(people))
    issued_at, cancelled_at = half_begins(people.enters_in), half_begins(people.until)
    begins = np.maximum(issued_at + 1, midnight(terms[0].starts_on))
    ends = np.minimum(cancelled_at, terms[-1].exported_at)
    moment = begins + (random.random(len(people)) * (ends - begins)).astype(np.int64)
    lost = (random.random(len(people)) < REPLACED_SHARE) & (ends > begins)
    first, second = serials[: len(people)], serials[len(people) :]
    return Cards(first, second, issued_at, np.where(lost, moment, NOT_REPLACED), cancelled_at)


def card_list(cards: Cards, people: People, term: Term) -> pl.DataFrame:
    """Every card issued until the end of a term, as the card office knows it then."""
    first = np.flatnonzero(cards.issued_at <= term.exported_at)
    second = np.flatnonzero(cards.replaced_at <= term.exported_at)
    who = np.concatenate([first, second])
    is_first = np.arange(len(who)) < len(first)
    lost = is_first & (cards.replaced_at[who] <= term.exported_at)
    ended = np.where(lost, cards.replaced_at[who], cards.cancelled_at[who])
    over = ended <= term.exported_at
    state = np.where(lost, 1, np.where(over, 2, 0))
    return pl.DataFrame(
        {
            "卡号": written(np.where(is_first, cards.first[who], cards.second[who])),
            "学工号": people.column("number", who).str.pad_end(HOLDER_WIDTH),
            "启用时间": moments(np.where(is_first, cards.issued_at[who], cards.replaced_at[who])),
            "停用时间": moments(np.where(over, ended, 0)).set(pl.Series(~over), None),
            "状态": picked(("正常", "挂失", "注销"), state),
        }
    )


def half_begins(half: Ints) -> Ints:
    """A moment in the vacation before each half-year, in seconds: 20 August or 5 February."""
    autumn = half % 2 == 0
    months = 12 * (half // 2 - 1970) + np.where(autumn, 7, 13)
    days = months.astype("datetime64[M]").astype("datetime64[D]") + np.where(autumn, 19, 4)
    seconds: Ints = days.astype("datetime64[s]").astype(np.int64)
    return seconds


def written(number: Ints) -> pl.Series:
    """Card numbers as printed on the card."""
    return pl.Series("card", number).cast(pl.String).str.zfill(NUMBER_WIDTH)
