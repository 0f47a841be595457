"""A portrait on a terminal: a headline, sentences, and a table for each view.

Drawing a portrait belongs in :mod:`pipelines.portraying.portraits`, what is said of it in :mod:`profiles.portrait_words`.
"""

from collections.abc import Iterator
from typing import Any

from rich.table import Table

from pipelines.commands.answers import shown
from pipelines.portraying.portraits import READER, Figure, Portrait
from profiles.captions import Words
from profiles.portrait_words import OF_A_GROUP, OF_A_READER, Sentence, sentences

_SECTIONS = {
    "who": "所属 | who",
    "usage": "综合利用 | overall use",
    "reading": "阅读习惯 | reading habits",
    "growth": "学习成长 | learning growth",
    "career": "历学期 | all terms together",
    "milestone": "里程碑 | milestones",
}


_KINDS = {
    READER: Words("读者", "reader"),
    "cohort": Words("群体", "cohort"),
    "discipline": Words("学科组", "discipline group"),
    "college": Words("学院", "college"),
    "major": Words("专业", "major"),
    "class": Words("班级", "class"),
}


def headline(portrait: Portrait) -> str:
    """Whose portrait it is, of when, and whether anything may be shown."""
    known = f"，所知截至 as known at {portrait.known_at}" if portrait.known_at else ""
    kept = " — 人数过少，不显示 withheld: it is about too few people" if portrait.is_withheld else ""
    who, kind, term = (_both(words) for words in (portrait.named, _KINDS[portrait.kind], portrait.term_named))
    return f"{who}（{kind}）{term}，数据截至 as of {portrait.as_of}{known}{kept}"


def in_words(portrait: Portrait) -> list[Sentence]:
    """What can be said of a portrait in words."""
    said = OF_A_READER if portrait.kind == READER else OF_A_GROUP
    return list(sentences(said, {figure.name: figure.value for figure in portrait.figures}))


def told(portrait: Portrait) -> Iterator[Table]:
    """A portrait for a terminal, a table for each view."""
    for view, title in _SECTIONS.items():
        figures = [figure for figure in portrait.figures if figure.view == view]
        if figures:
            table = Table(title=title, title_justify="left", show_header=False)
            for _ in range(3):
                table.add_column(overflow="fold")
            for figure in figures:
                table.add_row(shown(figure.label_zh), shown(figure.label_en), shown(_said(figure)))
            yield table
    for sheet in portrait.sheets:
        table = Table(title=sheet.title, title_justify="left")
        table.add_column("", overflow="fold")
        for _, label_zh, label_en in sheet.headings:
            table.add_column(shown(f"{label_zh}\n{label_en}"), overflow="fold")
        for words, values in sheet.rows:
            table.add_row(shown(words), *(shown(_value(value)) for value in values))
        yield table


def _said(figure: Figure) -> str:
    """A figure as a person reads it."""
    if figure.value is None and figure.is_number:
        return "过少或未测 few or unmeasured" if figure.needs_several else "未测 not measured"
    return _both(figure.said) if figure.said else _value(figure.value)


def _both(words: Words) -> str:
    """Both languages, or a name that is the same in both once."""
    return words.zh if words.zh == words.en else f"{words.zh} {words.en}"


def _value(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    return f"{round(value, 2) + 0:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
