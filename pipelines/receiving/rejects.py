"""When a file's unfit records are too many, and what to do about each reason.

Records that a preset leaves out on purpose, such as footers and those its filters name, never count
against a file.  One whose time could not be read does, even where its feed takes it in without: no table
that counts by days will ever see it.  Why a record is rejected is decided in :mod:`pipelines.receiving.canonical`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipelines.errors import Refused
from pipelines.receiving.contracts import ContractColumn
from pipelines.receiving.presets import Source
from pipelines.receiving.receive import Received, discard
from pipelines.receiving.tombstones import ERASED, PAST

if TYPE_CHECKING:
    import polars as pl

_UNREAD = ":unreadable"
_LEFT_EMPTY = {
    "unreadable": "could not be read in {} — mend its formats or marks in the preset",
    "missing_value": "is a word for no number, such as NULL or 000000, in {} — put it under empty in the preset, or ask for a fuller export",
}
"""Notes of a column that are worth a word where there are many."""
_ON_PURPOSE = frozenset({"blank", "footer", "repeated_heading", "not_a_person", ERASED, PAST})

_FIRST_SYSTEMS = dt.date(1985, 1, 1)
"""Before this day hardly a library lent by computer; who did, or tells of older times, says not_before."""


@dataclass(frozen=True)
class Reason:
    """Why a record was not taken in, and what to do about it, in both languages."""

    zh: str
    en: str
    remedy_zh: str
    remedy: str


_NO_RECORD = ("不用处理：这一行不是记录", "nothing: a line that is no record")
_FORMATS = ("在 formats 里补上它的写法", "add the way it is written to formats")
_REASONS = {
    "footer": Reason("页脚", "footer", *_NO_RECORD),
    "repeated_heading": Reason("重复的表头", "headings again", *_NO_RECORD),
    "not_a_person": Reason(
        "不是人的号码",
        "nobody's number",
        "不用处理：预设的 people_who_are_not 列出了它",
        "nothing: people_who_are_not in the preset names it",
    ),
    ERASED: Reason(
        "已删除的读者", "of a reader who was erased", "不用处理：本人要求删除", "nothing: they asked to be forgotten"
    ),
    PAST: Reason(
        "超过保存期限",
        "past its time",
        "不用处理：retention 写的保存期限已过",
        "nothing: it is older than retention in the site file lets records be",
    ),
    "unmapped_value": Reason(
        "未对照的代码", "a code without a meaning", "把这个代码加进预设的 map", "add the code to map in the preset"
    ),
    "unexpected_value": Reason(
        "意料之外的值",
        "an unexpected value",
        "看各列是否错位；否则加进 allowed",
        "see whether columns have slipped; else add it to allowed",
    ),
    "missing_value": Reason(
        "缺少必需的值",
        "a value is missing",
        "看 from 写的表头对不对；否则请对方导出得更全",
        "see whether from names the right heading; else ask for a fuller export",
    ),
    "unreadable_timestamp": Reason("读不懂的时间", "a time that cannot be read", *_FORMATS),
    "unreadable_date": Reason("读不懂的日期", "a date that cannot be read", *_FORMATS),
    "unreadable_number": Reason(
        "读不懂的数",
        "a number that cannot be read",
        "看预设里的 decimal、thousands 和 pattern",
        "see decimal, thousands and pattern in the preset",
    ),
    "implausible": Reason(
        "不可能的时间",
        "an implausible time",
        "校准机器的时钟，或改 not_before、not_after 与 zone；次日结束的写 next_day_if_before",
        "mend the clock of the machine, or not_before, not_after and zone; for an end on the next day say next_day_if_before",
    ),
    "spreadsheet_damage": Reason(
        "表格软件改坏的号码",
        "a number that a spreadsheet has rounded",
        "以文本导出：表格软件把号码四舍五入了",
        "export as text: a spreadsheet has rounded the number",
    ),
    "damaged_text": Reason(
        "乱码", "garbled text", "看预设里的 encoding；否则重新导出", "see encoding in the preset; else export it again"
    ),
    "partial_date": Reason(
        "不完整的日期", "a date in part", "请对方导出完整的日期", "ask for an export with the whole date"
    ),
    "nobody": Reason(
        "不属于任何人", "nobody's record", "不用处理：预设的 nobody 列出了它", "nothing: nobody in the preset names it"
    ),
    "blank": Reason("空行", "a blank record", "不用处理：只有分隔符", "nothing: there are only delimiters"),
    "too_many_fields": Reason(
        "字段太多", "too many fields", "看预设里的 delimiter 和 quote", "see delimiter and quote in the preset"
    ),
    "too_few_fields": Reason(
        "字段太少",
        "too few fields",
        "看 delimiter 和 quote；这一行也许断成了两行；末尾的空格子若被省去，写 short_records: fill",
        "see delimiter and quote; the line may be broken in two; where empty cells at the end are left out, say short_records: fill",
    ),
    "truncated_last_line": Reason(
        "最后一行被截断",
        "the last line is cut short",
        "重新发送：文件被截断了",
        "send the file again: it was cut short",
    ),
    "unparsed_line": Reason(
        "不合格式的行", "a line of another form", "看预设里的 log 或 line", "see log or line in the preset"
    ),
    "nul_byte": Reason("含有空字节", "a NUL byte", "重新导出：文件损坏了", "export it again: the file is damaged"),
}


def meaning(reason: str) -> Reason:
    """What is said of a reason; any that is not ours is the word of a preset's filter."""
    named = ("不用处理：预设的筛选（where）列出了它", "nothing: a filter (where) of the preset names it")
    return _REASONS.get(reason, Reason("按预设筛掉", "left out by the preset", *named))


def weighed(received: Received, source: Source, happened: ContractColumn | None) -> Received:
    """The file, with a remark if more of it was rejected or left empty than the source takes for usual.

    Args:
        received: the file as it was read.
        source: what it takes for usual.
        happened: the time of a row, by which its feed is counted.

    Raises:
        Refused: so many were that the preset cannot fit; nothing of the file may be loaded.

    """
    remarks = (*_left_empty(received, source, happened), *_past(received), *_far(received, source, happened))
    received = replace(received, warnings=(*received.warnings, *remarks))
    on_purpose = _ON_PURPOSE | {condition.reason for condition in source.where}
    counted = _unfit(received, source, happened, on_purpose)
    unfit = counted["records"].sum()
    left_out = sum(count for reason, count in received.reasons.items() if reason in on_purpose - {PAST})
    meant = received.records - left_out
    if not unfit or unfit <= source.rejects.warn * meant:
        return received
    told = f"{unfit} of {meant} records ({unfit / meant:.1%}) are unfit, {_most_frequent(counted)}"
    if unfit > source.rejects.stop * meant:
        discard(received)
        raise Refused(
            f"{received.name}: {told} — mend the preset of source {source.name}, or allow more with rejects: {{stop: 1}}"
        )
    rejected = sum(count for reason, count in received.reasons.items() if reason not in on_purpose)
    if happened is not None and rejected < unfit:
        told += f"; {unfit - rejected} of these came in all the same, without {happened.name}"
    return replace(received, warnings=(*received.warnings, told))


def _past(received: Received) -> list[str]:
    past = received.reasons.get(PAST, 0)
    if 2 * past <= received.records:
        return []
    return [
        f"{past} of {received.records} records are past their time and stayed outside, as retention in the site file says"
    ]


def _far(received: Received, source: Source, happened: ContractColumn | None) -> list[str]:
    """Times that no system tells of: more than a year away, or long before there were such systems, unless the preset says since when."""
    import polars as pl

    if happened is None:
        return []
    day = pl.col(happened.name).cast(pl.Date)
    late, early = day > dt.date.today() + dt.timedelta(days=366), day < _FIRST_SYSTEMS
    is_said = bool(source.columns[happened.name].not_before) if happened.name in source.columns else True
    counts = pl.scan_parquet(received.rows_file).select(
        late.sum().alias("late"), day.max().alias("last"), early.sum().alias("early"), day.min().alias("first")
    )
    told = counts.collect(engine="streaming").row(0, named=True)
    found = (
        [("more than a year away", told["late"], f"the last on {told['last']}", "not_after")] if told["late"] else []
    )
    if told["early"] and not is_said:
        found.append((f"before {_FIRST_SYSTEMS.year}", told["early"], f"the first on {told['first']}", "not_before"))
    return [
        f"{happened.name} is {where} in {rows} of {received.rows} rows, {end} — see its formats, or say {word}"
        for where, rows, end, word in found
    ]


def _left_empty(received: Received, source: Source, happened: ContractColumn | None) -> list[str]:
    """Columns of which too much could not be read, or named nobody: it was left empty, and so nothing was rejected for it."""
    import polars as pl

    notes = pl.scan_parquet(received.rows_file).select(pl.col("notes").drop_nulls().str.split(";").explode())
    counted = notes.group_by("notes").len().sort("notes").collect(engine="streaming").rows()
    many = [(*note.split(":"), rows) for note, rows in counted if rows > source.rejects.warn * received.rows]
    return [
        f"{column} {_LEFT_EMPTY[why].format(f'{rows} of {received.rows} rows')}"
        for column, why, rows in many
        if why in _LEFT_EMPTY and (happened is None or column != happened.name)
    ]


def _unfit(
    received: Received, source: Source, happened: ContractColumn | None, on_purpose: Collection[str]
) -> pl.DataFrame:
    """How many records were rejected and not meant to be, or taken in without a time since their own could not be read.

    By reason and column, with the first of each: only this is held in memory, there may be millions of them.
    """
    import polars as pl

    unfit = pl.scan_parquet(received.rejects_file).filter(~pl.col("reason").is_in(list(on_purpose)))
    if happened is not None:
        noted = pl.col("notes").str.split(";").list.contains(f"{happened.name}{_UNREAD}")
        timeless = pl.scan_parquet(received.rows_file).filter(noted).select(record="source_record")
        timeless = timeless.unique() if source.unpivot else timeless
        why = {"field": pl.lit(happened.name), "reason": pl.lit(f"unreadable_{happened.type}")}
        unfit = pl.concat([unfit, timeless.with_columns(**why)], how="vertical_relaxed")
    first = pl.col("record").min().alias("first")
    return unfit.group_by("field", "reason").agg(pl.len().alias("records"), first).collect(engine="streaming")


def _most_frequent(counted: pl.DataFrame) -> str:
    """The reason given most often, and where to look."""
    field, reason, _, first = counted.sort("records", "first", descending=[True, False]).row(0)
    place = f" at {field}" if reason == "unparsed_line" else f" in columns.{field}"
    return f"most for {reason}{place if field else ''}, first in record {first}"
