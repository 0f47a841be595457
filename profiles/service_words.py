"""Services in sentences: which are needed, and what the last actions did.

Every number stands in the tables of the services section.  Who needs what is worked out in
``services``; whether an action helped, in ``effects``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from profiles.captions import NOTABLE_SHARE, SiteWords, Words, label
from profiles.charts.figures import count, percent, signed

Row = Mapping[str, Any]
MOST_SERVICES: Final = 6
EFFECTS: Final = {
    "helped": Words("有效", "helped"),
    "harmed": Words("适得其反", "did harm"),
    "no_visible_effect": Words("看不出效果", "had no visible effect"),
    "cannot_tell": Words("说不清是否有用", "cannot be told to have helped or not"),
}


def recommended(rows: Sequence[Row], term: str | None) -> list[Row]:
    """The services that a group needs most in a term; what is withheld is left out."""
    told = [row for row in rows if row["term"] == term and row["persons"] is not None]
    return sorted(told, key=lambda row: row["position"])[:MOST_SERVICES]


def deeds(rows: Sequence[Row], term: str | None) -> list[Row]:
    """The services of the last term, this or an earlier one, in which some action was judged."""
    judged = [row for row in rows if row["effect"] in EFFECTS and row["term"] <= (term or "")]
    last = max((row["term"] for row in judged), default="")
    return sorted((row for row in judged if row["term"] == last), key=lambda row: row["service"])


def need(row: Row, site: SiteWords) -> Words:
    """How many of the group need a service, and whether anybody has turned to them."""
    name, own, everyone = _name(row), percent(row["share"]), percent(row["university_share"])
    zh = f"{count(row['persons'])} 人可能需要“{name.zh}”，占适用者的 {own}（{site.whole.zh} {everyone}）"
    en = (
        f"{count(row['persons'])} members seem to need “{name.en}”: {own} of those it is for ({site.all.en} {everyone})"
    )
    left = Words("，本期还没有人联系过他们。", "; nobody has turned to them this term.")
    return Words(f"{zh}{left.zh if row['is_unreached'] else '。'}", f"{en}{left.en if row['is_unreached'] else '.'}")


def arrange(row: Row) -> Words:
    name = _name(row)
    return Words(f"与学科馆员安排“{name.zh}”", f"Arrange “{name.en}” with your librarian")


def stands_out(row: Row) -> bool:
    """Needed more here than elsewhere, or by people whom nobody has turned to."""
    return bool(row["is_unreached"]) or row["share"] - row["university_share"] >= NOTABLE_SHARE


def deed(row: Row) -> Words:
    """What an action did, with its interval; or that it cannot be told."""
    name, word = _name(row), EFFECTS[row["effect"]]
    if row["effect"] == "cannot_tell" or row["uplift"] is None:
        return Words(f"“{name.zh}”{word.zh}。", f"“{name.en}” {word.en}.")
    zh, en = (signed(row["uplift"], "share", lang) for lang in ("zh", "en"))
    return Words(
        f"“{name.zh}”{word.zh}：与留出对照的人相比 {zh}（95% 区间 {interval(row)}）。",
        f"“{name.en}” {word.en}: {en} against those held out (95% interval {interval(row)}).",
    )


def interval(row: Row) -> str:
    low, high = (signed(row[name], "share", "en").removesuffix(" pp") for name in ("uplift_low", "uplift_high"))
    return f"{low} … {high}"


def title(rows: Sequence[Row]) -> Words:
    name = _name(rows[0])
    return Words(f"最该补上的服务：{name.zh}", f"The service most missed: {name.en}")


def _name(row: Row) -> Words:
    return Words(label(row, "zh", widest=16), label(row, "en", widest=30))
