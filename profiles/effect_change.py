"""A change seen where nobody was held out: an association, and never told as an effect."""

from dataclasses import dataclass

RARE = 0.05
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
