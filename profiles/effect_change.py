"""A change seen where nobody was held out, which is never told as an effect; and how rare anything is among many."""

from collections.abc import Sequence
from dataclasses import dataclass

RARE = 0.05
"""As much comes about by chance alone in one of twenty."""
NOTABLE = 0.25
"""A change of a quarter of what was before is worth noticing."""


@dataclass(frozen=True)
class Change:
    """By how much something changed at the time of a service, beside what it is compared with; or why that cannot be told."""

    before: float = 0.0
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    p_value: float = 1.0
    obstacle: str = ""

    @property
    def is_told(self) -> bool:
        return not self.obstacle

    def reason(self, q_value: float) -> str:
        """The reason for the verdict; ``q_value`` is the p-value raised for all that was judged together."""
        if self.low > 0 or self.high < 0:
            seen = "rose" if self.low > 0 else "fell"
            return seen if q_value <= RARE else "change_among_many" if self.p_value <= RARE else "unclear"
        notable = NOTABLE * abs(self.before)
        return "steady" if -notable < self.low and self.high < notable else "unclear"


def raised(terms: Sequence[str], p_values: Sequence[float | None]) -> list[float | None]:
    """Each p-value raised for all that were judged in its term (Benjamini and Hochberg); what was not judged has none."""
    from scipy.stats import false_discovery_control

    found: list[float | None] = [None] * len(terms)
    for term in set(terms):
        judged = {n: p for n, p in enumerate(p_values) if terms[n] == term and p is not None}
        for n, q_value in zip(judged, false_discovery_control([*judged.values()]) if judged else [], strict=True):
            found[n] = float(q_value)
    return found
