"""What is said of a run holds its own figures, and of those served alone nothing is said."""

import re
from typing import Any

from profiles.effect_words import REASONS, VERDICTS, told

TRIAL: dict[str, Any] = {
    **{"design": "trial", "method": "clusters, cuped", "served": 562, "held_out": 561, "judged_together": 3},
    **{"served_rate": 0.174, "held_out_rate": 0.094, "difference": 0.08, "ci_low": 0.0404, "ci_high": 0.1196},
    **{"q_value": 0.0002, "reason_zh": "理由", "reason_en": "Reason"},
}
FIGURES = ("served_rate", "held_out_rate", "difference", "ci_low", "ci_high", "q_value")


def said(**changed: Any) -> tuple[str, str]:
    words = list(told({**TRIAL, **changed}))
    return " ".join(each.zh for each in words), " ".join(each.en for each in words)


def test_a_trial_is_told_by_arm_with_its_interval_in_points() -> None:
    zh, en = said()
    assert "17.4% of 562 served did it, 9.4% of 561 held out: +8.0 points (95 % interval +4.0 to +12.0)" in en
    assert "服务组 562 人中 17.4% 做到，对照组 561 人中 9.4%：相差 +8.0 个百分点（95% 区间 +4.0 至 +12.0）" in zh
    assert "judged together: 3; q < 0.001." in en
    assert "judged together: 3; q = 0.042." in said(q_value=0.0417)[1]
    assert en.endswith("Reason.")


def test_the_method_is_said_where_it_is_no_plain_one() -> None:
    _, both = said()
    _, plain = said(method="newcombe")
    assert "drawn together" in both
    assert "allowed for" in both
    assert "drawn together" not in plain
    assert "allowed for" not in plain


def test_units_are_told_without_a_rate_of_those_served() -> None:
    zh, en = said(design="observed", method="units", served_rate=None, held_out_rate=None)
    assert "changed by +8.0 points" in en
    assert "562" not in zh + en


def test_nothing_but_the_reason_is_said_where_nothing_was_computed() -> None:
    nothing = dict.fromkeys(FIGURES) | {"judged_together": None, "method": None}
    zh, en = said(**nothing)
    assert (zh, en) == ("理由。", "Reason.")
    assert not re.search(r"\d", zh + en)


def test_withheld_figures_are_said_to_be_so() -> None:
    _, en = said(**dict.fromkeys(FIGURES))
    assert en == "Too few people: the figures are withheld. Reason."


def test_every_verdict_has_words() -> None:
    assert {reason.verdict for reason in REASONS.values()} == set(VERDICTS)
