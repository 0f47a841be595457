"""The sentences of a reader's own page, each made by rule from what their portrait holds.

A sentence is said only where every figure in it was measured, and never says that somebody did little.  Which figures and
pictures stand beside them is for :mod:`profiles.reader_page`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from profiles.captions import Words
from profiles.reader_page import Reader

Row = Mapping[str, Any]


class Key(NamedTuple):
    """One large figure with the words around it."""

    figure: str
    unit: Words
    caption: Words


class Chapter(NamedTuple):
    """One part of a graduate's story."""

    title: Words
    text: Words


class Headline(NamedTuple):
    """The first line of the page, its figure set apart."""

    before: Words
    figure: Words
    after: Words


FEW_VISITS: Final = 10
FEWEST_PARTS: Final = 3
"""Of a story; the last, the farewell, has no record behind it."""
UNKIND: Final = {"no_use", "light", "not_exposed", "not_measured", "active", "rest"}
"""Segments that say nothing a reader would like to read first; they stand in the full record all the same."""


def headline(reader: Reader) -> Headline:
    """What the term, or for a graduate all terms, amounted to."""
    now = reader.now
    if reader.is_graduating and (now["visit_days_total"] or 0) >= 10:
        days = f"{now['visit_days_total']:,}"
        return Headline(
            Words("再见之前：你在图书馆的 ", "Before you go: "),
            Words(f"{days} 天", f"{days} days"),
            Words("", " in this library"),
        )
    if reader.is_gentle:
        return Headline(
            Words("图书馆的门，", "The library's door "), Words("一直", "stays open"), Words("为你开着", " for you")
        )
    if (now["presence_hours"] or 0) >= 20:
        hours = f"{now['presence_hours']:,.0f}"
        return Headline(
            Words("这学期，你在图书馆度过了 ", "You spent "),
            Words(f"{hours} 小时", f"{hours} hours"),
            Words("", " in the library this term"),
        )
    if (now["visit_days"] or 0) >= (now["loans"] or 0):
        days = f"{now['visit_days']:,}"
        return Headline(
            Words("这学期，你来了图书馆 ", "You came to the library on "),
            Words(f"{days} 天", f"{days} days"),
            Words("", " this term"),
        )
    books = f"{now['loans']:,}"
    return Headline(
        Words("这学期，你借走了 ", "You took "), Words(f"{books} 册书", f"{books} books"), Words("", " home this term")
    )


def lead(reader: Reader) -> list[Words]:
    """How the reader moved against their own past; only forward."""
    if reader.is_gentle:
        return [Words("这一页还空着大半，正好由你来写。", "Most of this page is still blank, and yours to write.")]
    return [*_moved(reader.now), *_kept_up(reader)][:2]


def _moved(now: Row) -> Iterator[Words]:
    if (change := now["visit_days_change"] or 0) > 0:
        yield Words(f"比上学期多来了 {change} 天。", f"You came on {change} more days than the term before.")
    if (change := now["loans_change"] or 0) > 0:
        yield Words(f"比上学期多借了 {change} 册。", f"You borrowed {change} more books than the term before.")
    if (now["learning_growth"] or 0) > 0.25:
        yield Words("你走得比同伴更快一些。", "You have moved ahead faster than your peers.")


def _kept_up(reader: Reader) -> Iterator[Words]:
    if (weeks := reader.now["longest_streak_weeks"] or 0) >= 4:
        yield Words(
            f"有 {weeks} 个教学周，你一周也没有落下。", f"For {weeks} teaching weeks in a row you never missed one."
        )
    if (terms := reader.now["terms_active"] or 0) >= 4:
        yield Words(f"这已是你在这里活跃的第 {terms} 个学期。", f"It is your active term number {terms} here.")


def keys(reader: Reader) -> list[Key]:
    """The figures of the first screen, those that were measured and are not nought."""
    now, whole = reader.now, reader.is_graduating
    told = [
        (now["visit_days_total" if whole else "visit_days"], Words("天", "days"), Words("走进图书馆", "you came in")),
        (now["loans_total" if whole else "loans"], Words("册", "books"), Words("借回的书", "you took home")),
        (now["breadth"], Words("类", "classes"), Words("这学期读过的类目", "you read in this term")),
        (now["longest_streak_weeks"], Words("周", "weeks"), Words("这学期最长连续", "longest streak this term")),
    ]
    return [Key(f"{value:,}", unit, caption) for value, unit, caption in told if value]


def kind_of_use(reader: Reader) -> tuple[Words, Words] | None:
    """The kind of use the library sees, and what it means."""
    segment = reader.segment
    if segment is None or segment["segment"] in UNKIND or reader.is_gentle:
        return None
    return (
        Words(segment["label_zh"], segment["label_en"]),
        Words(segment["meaning_zh"], segment["meaning_en"]),
    )


def steps(reader: Reader) -> list[tuple[Words, Words]]:
    """What might be tried next; three at most."""
    return list(_steps(reader))[:3]


def _steps(reader: Reader) -> Iterator[tuple[Words, Words]]:
    now = reader.now
    if reader.is_graduating:
        yield (
            Words("离校前，看一眼借书记录", "Before you leave, look at your loans"),
            Words(
                "还清在借的书，账目就结清了；想留的笔记，记得带走。",
                "Return what is still out and the account is closed; take along the notes you want to keep.",
            ),
        )
        yield (
            Words("问一问校友怎么来", "Ask how alumni come in"),
            Words("毕业之后还想来，先到服务台问清办法。", "If you would like to come back, the desk knows how."),
        )
        return
    if now["loans"] == 0:
        yield (
            Words("从一本薄书开始", "Begin with a thin book"),
            Words("挑一本两百页以内的，一个周末就能读完。", "Choose one under two hundred pages: a weekend is enough."),
        )
    if (now["top_class_share"] or 0) > 0.7:
        yield (
            Words("去隔壁书架走走", "Walk one shelf further"),
            Words(
                "这学期借的书多在同一大类；下一本不妨换一类。",
                "Most of this term's books were of one class; let the next be of another.",
            ),
        )
    if now["room_bookings"] == 0:
        yield (
            Words("约一间研讨室", "Book a room"),
            Words(
                "小组讨论之前，先约好一间，不用四处找地方。",
                "Before the next group meeting, book a place instead of looking for one.",
            ),
        )
    if now["visit_days"] is not None and now["visit_days"] < FEW_VISITS:
        yield (
            Words("找一个固定的座位", "Find a seat of your own"),
            Words(
                "每周同一时间来一次，一学期就有了节奏。",
                "Come once a week at the same hour, and the term has a rhythm.",
            ),
        )
    yield (
        Words("问馆员一个问题", "Ask a librarian something"),
        Words("找不到的文献、写不下去的综述，都可以问。", "A paper you cannot find, a review that is stuck: ask."),
    )


def chapters(reader: Reader, shelf: Sequence[Mapping[str, Any]]) -> list[Chapter]:
    """A graduating reader's story in five parts; one without anything to tell is left out, and a story of too few is none."""
    told = [chapter for chapter in _chapters(reader, shelf) if chapter.text.zh] if reader.is_graduating else []
    return told if len(told) >= FEWEST_PARTS else []


def _chapters(reader: Reader, shelf: Sequence[Mapping[str, Any]]) -> Iterator[Chapter]:
    now, firsts = reader.now, {row["milestone"]: row["reached_on"] for row in reader.milestones}
    yield Chapter(
        Words("初见", "The first day"),
        _joined(
            _said(
                "有记录的第一次，是 {}，你走进图书馆。",
                "The first visit on record is of {}.",
                firsts.get("first_visit"),
            ),
            _said("第一本借走的书，是在 {}。", "The first book went home with you on {}.", firsts.get("first_loan")),
        ),
    )
    yield Chapter(
        Words("书", "Books"),
        _joined(
            _said("一共借了 {} 册。", "{} books in all.", now["loans_total"] or None),
            _said("读得最多的是“{}”。", "Most of them: {}.", shelf[0]["name"] if shelf else None),
        ),
    )
    yield Chapter(
        Words("时光", "Hours"),
        _joined(
            _said("来过 {} 天，", "{} days here, ", now["visit_days_total"] or None),
            _said("记得下来的时间有 {} 小时。", "{} hours of them on record.", _whole(now["dwell_hours_total"])),
        ),
    )
    yield Chapter(
        Words("留下的", "What stayed"),
        _joined(
            _said("拿到 {} 枚徽章；", "{} badges; ", len(reader.milestones) or None),
            _said(
                "在 {} 个学期里，这里一直有你的位置。",
                "{} terms in which there was a place of yours here.",
                now["terms_active"] or None,
            ),
        ),
    )
    yield Chapter(
        Words("再见", "Until we meet again"),
        Words(
            "书会还，位子会让给后来的人；读过的，都是你的。",
            "Books go back and seats pass on; what you have read is yours.",
        ),
    )


def shelf_words(reader: Reader) -> Words:
    """How many books of how many main classes stand on the shelf, and how many bear no class and do not."""
    books = sum(row["loans"] for row in reader.shelf)
    kinds = len({(row["class_scheme"], row["class_top"]) for row in reader.shelf})
    rest = (reader.now["loans_total"] or 0) - books
    zh = f"{books:,} 册，{kinds} 个大类" + (f"；另有 {rest:,} 册没有分类号，不在架上" if rest > 0 else "")
    en = f"{books:,} books of {kinds} main classes" + (
        f"; {rest:,} more bear no class and are not shown" if rest > 0 else ""
    )
    return Words(zh, en)


def _said(zh: str, en: str, value: object) -> Words:
    return Words("", "") if value is None else Words(zh.format(value), en.format(value))


def _joined(*parts: Words) -> Words:
    return Words(
        "".join(part.zh for part in parts).rstrip("，；"), " ".join(part.en.strip() for part in parts).strip(" ,;")
    )


def _whole(value: float | None) -> str | None:
    return f"{value:,.0f}" if value else None
