"""What a librarian should know before visiting a college: changes, needs, and whom the library has not reached.

Rows are chosen and put into words; a change that chance alone could make is said to be no more than that.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from profiles.captions import Words, label
from profiles.charts.figures import amount, percent

Row = Mapping[str, Any]
CHANGES, NEEDS = 5, 3
MEASURES: Final = {
    "visit_days": (Words("人均到馆天数", "Days visited per head"), "days"),
    "presence_hours": (Words("人均在馆时长", "Hours per head"), "hours"),
    "loans": (Words("人均借阅册次", "Loans per head"), "loans"),
    "bookings": (Words("人均预约次数", "Bookings per head"), "bookings"),
    "resource_hours": (Words("人均电子资源时长", "Hours with electronic resources per head"), "hours"),
    "events_attended": (Words("人均参加活动", "Events per head"), "times"),
    "use_index": (Words("综合利用指数", "Use index"), "index"),
}


def changes(rows: Sequence[Row], college: str, term: str) -> list[Row]:
    """What changed most since the same season a year before: what is beyond chance first, then the largest."""
    own = [
        row
        for row in rows
        if row["group_code"] == college
        and row["term"] == term
        and row["measure"] in MEASURES
        and relative_change(row) is not None
    ]
    return sorted(own, key=lambda row: (not row["is_changed"], -abs(relative_change(row) or 0), row["measure"]))[
        :CHANGES
    ]


def relative_change(row: Row) -> float | None:
    """By what part the mean changed that stands beside it, in whole percents."""
    before, now = row["mean_before"], row["mean"]
    return None if not before or now is None else round((now - before) / before, 2)


def letters(promise: Row | None) -> Words:
    """What to bring news of: what became of the letters of the term, as far as it can be told."""
    if promise is None:
        return Words("上次说好要办的事，办到哪一步了？", "What was promised last time, and how far has it come?")
    raised = f"{promise['raised'] or promise['persons']:,.0f}"
    parts = (("unanswered", "还没有答复", "unanswered"), ("unfinished", "还没有办结", "unfinished"))
    told = [(f"{promise[name]:,.0f}", zh, en) for name, zh, en in parts if promise[name]]
    if told:
        zh, en = "、".join(f"{n} 件{zh}" for n, zh, _ in told), " and ".join(f"{n} {en}" for n, _, en in told)
        return Words(
            f"这学期来信 {raised} 件，{zh}：带上进展去。", f"{raised} letters this term, {en}: bring news of them."
        )
    return Words(f"这学期来信 {raised} 件：说一声各件的结果。", f"{raised} letters this term: tell what came of them.")


def change_words(row: Row) -> Words:
    """One change with both its figures."""
    words, unit = MEASURES[row["measure"]]
    zh, en = (f"{amount(row['mean_before'], unit, lang)} → {amount(row['mean'], unit, lang)}" for lang in ("zh", "en"))
    return Words(f"{words.zh} {zh}", f"{words.en} {en}")


def needs(themes: Sequence[Row], college: str) -> list[Row]:
    """What the college's members asked for most often in the latest survey."""
    own = [
        row for row in themes if row["group_code"] == college and row["theme"] != "other" and row["share"] is not None
    ]
    latest = max((row["survey"] for row in own), default=None)
    best: dict[str, Row] = {}
    for row in own:
        if row["survey"] == latest and row["share"] > best.get(row["theme"], {"share": -1})["share"]:
            best[row["theme"]] = row
    return sorted(best.values(), key=lambda row: (-row["share"], row["theme"]))[:NEEDS]


def headline(changed: Sequence[Row], asked: Sequence[Row]) -> Words:
    """The one change and the one need to talk about."""
    zh, en = "用馆没有超出偶然的变化", "Use has not changed beyond chance"
    if real := [row for row in changed if row["is_changed"]]:
        words, rises = MEASURES[real[0]["measure"]][0], real[0]["difference"] > 0
        zh, en = f"{words.zh}{'升' if rises else '降'}了", f"{words.en} {'rose' if rises else 'fell'}"
    if asked:
        zh += f"，大家最盼“{label(asked[0], 'zh')}”"
        en += f"; members most wish for “{label(asked[0], 'en').lower()}”"
    return Words(zh, en)


def not_reached(cohorts: Sequence[Row]) -> list[tuple[Words, str, str]]:
    """Which of the college's members the library did not see at all, the largest share first."""
    told = [row for row in cohorts if row["reach_rate"] is not None and row["persons"] is not None]
    return [
        (Words(label(row, "zh"), label(row, "en")), percent(1 - row["reach_rate"]), f"{row['persons']:,}")
        for row in sorted(told, key=lambda row: (row["reach_rate"], row["position"]))
    ][:3]
