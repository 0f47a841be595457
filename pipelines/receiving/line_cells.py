"""Files in which a line is a record and its place or shape tells the columns: logs, and fixed widths.

What a log's line looks like is said in the words of Apache's and EZproxy's LogFormat, or by a pattern
with named groups.  Separated values belong in :mod:`pipelines.receiving.cells`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import polars as pl

from pipelines.receiving.cells import Batch, Misfit
from pipelines.receiving.headings import Headings, held, plain
from pipelines.receiving.presets import Source
from pipelines.receiving.records import LONGEST

_BLOCK = 4 << 20

_BY_BYTES = {"gb18030", "big5"}
"""Encodings in which a letter of two bytes takes two places of a line, on a mainframe as on its screens."""

_FILLER = "\uffff"
"""No letter of any text."""

_END = "end of line"

_DIRECTIVE = re.compile(r"%(?:\{[^}]*\})?>?[A-Za-z]")


@dataclass(frozen=True)
class LogCells:
    """A log whose lines have one form."""

    path: Path
    source: Source

    def headings(self) -> Headings:
        """The directives of the log format, or the names of the pattern's groups."""
        return held(Headings(tuple(map(plain, self.form()[0]))), self.source)

    def batches(self, headings: Headings) -> Iterator[Batch]:
        """Lines taken apart; one of another form is told as such."""
        form = self.form()[1]
        names = [f"c{place}" for place in range(headings.width)]
        for first, lines in _blocks(self.path):
            groups = lines.str.extract_groups(form).struct.unnest()
            groups.columns = names
            frame = groups.with_columns(record=pl.int_range(first, first + len(lines), dtype=pl.Int64, eager=True))
            fits = lines.str.contains(form)
            strange = lines.filter(~fits)
            misfits = zip(frame["record"].filter(~fits), strange, self._stops(strange), strict=True)
            yield Batch(frame.filter(fits), tuple(Misfit(*told, reason="unparsed_line") for told in misfits))

    def _stops(self, lines: pl.Series) -> pl.Series:
        """Of lines that do not fit, the directive from which on each does not; a pattern of one's own does not say."""
        if not self.source.log or lines.is_empty():
            return pl.Series([""]).new_from_index(0, len(lines))
        names, pieces = _pieces(self.source.log)
        met = pl.sum_horizontal(pl.lit(lines).str.contains(f"^{form}") for form in accumulate(pieces[:-1]))
        return pl.select(met.replace_strict(range(len(names) + 1), [*names, _END])).to_series()

    def form(self) -> tuple[list[str], str]:
        """The headings, and the pattern of a line."""
        if self.source.log:
            return compiled(self.source.log)
        names = re.compile(str(self.source.line)).groupindex
        return list(names), re.sub(r"\(\?P<\w+>", "(", str(self.source.line))


def compiled(log_format: str) -> tuple[list[str], str]:
    """The directives of a log format and the pattern of a line.

    A directive that stands twice is told apart by a number: ``%h``, ``%h.2``.  A time is taken without
    its brackets.  Source: Apache HTTP Server, mod_log_config; OCLC, EZproxy LogFormat.
    """
    names, pieces = _pieces(log_format)
    return names, f"^{''.join(pieces)}"


def _pieces(log_format: str) -> tuple[list[str], list[str]]:
    """The directives, and what a line must hold for each with what stands before it; last what stands behind all."""
    names, pieces, end = list[str](), list[str](), 0
    met: Counter[str] = Counter()
    text = log_format.replace("\\t", "\t").replace('\\"', '"').strip()
    for directive in _DIRECTIVE.finditer(text):
        before, after = text[end : directive.start()], text[directive.end() : directive.end() + 1]
        pieces.append(_literal(before) + _value(directive[0], before[-1:], after))
        met[directive[0]] += 1
        names.append(directive[0] if met[directive[0]] == 1 else f"{directive[0]}.{met[directive[0]]}")
        end = directive.end()
    return names, [*pieces, _literal(text[end:]) + r"\s*$"]


def _literal(text: str) -> str:
    return re.sub(r"(?:\\ | )+", " +", re.escape(text))


def _value(directive: str, before: str, after: str) -> str:
    if before == '"' == after:
        return r'((?:[^"\\]|\\.)*)'
    if directive.endswith("t") and before != "[":
        return r"\[([^\]]*)\]" if directive == "%t" else (r"(.*?)" if after else r"(.*)")
    return rf"([^{re.escape(after)}]*)" if after.strip() or after == "\t" else r"(\S+)"


@dataclass(frozen=True)
class FixedCells:
    """Lines whose columns stand at fixed positions."""

    path: Path
    source: Source

    def headings(self) -> Headings:
        """The columns that the preset places."""
        return held(Headings(tuple(map(plain, self.source.fixed))), self.source)

    def batches(self, headings: Headings) -> Iterator[Batch]:
        """Lines cut at their positions; one that is longer than the last, or cut within a letter, is told as such."""
        cuts = tuple(self.source.fixed.values())
        rest = max(end for _, end in cuts) + 1, LONGEST
        for first, lines in _blocks(self.path):
            *columns, beyond = cut(lines, (*cuts, rest), self.source.encoding)
            frame = pl.DataFrame([column.alias(f"c{place}") for place, column in enumerate(columns)]).with_columns(
                record=pl.int_range(first, first + len(lines), dtype=pl.Int64, eager=True),
                line=lines,
                reason=_unfit(columns, beyond),
            )
            misfits = frame.filter(pl.col("reason").is_not_null()).select("record", "line", "reason").iter_rows()
            yield Batch(
                frame.filter(pl.col("reason").is_null()).drop("line", "reason"),
                tuple(Misfit(record, line, reason=reason) for record, line, reason in misfits),
            )


def cut(lines: pl.Series, cuts: Sequence[tuple[int, int]], encoding: str) -> list[pl.Series]:
    """The parts of lines between first and last positions; nothing where a part would begin within a letter.

    In the encodings of mainframes a position is a byte of the file, elsewhere a letter.
    """
    if not cuts:
        return []
    is_wide = lines.str.len_bytes() > lines.str.len_chars()
    if encoding not in _BY_BYTES or not is_wide.any():
        return [lines.str.slice(start - 1, end - start + 1) for start, end in cuts]
    at, widened = is_wide.arg_true(), _Widened(encoding)
    placed = lines.clone().scatter(at, [line.translate(widened) for line in lines.gather(at)])
    parts = [placed.str.slice(start - 1, end - start + 1) for start, end in cuts]
    return [_whole(part) for part in parts]


class _Widened(dict[int, str]):
    """Letters as translate knows them, each with a filler for every further place that it takes.

    One that the encoding lacks takes one: rejects that were sealed long ago may be in another.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = letter + _FILLER * (len(letter.encode(self._encoding, "replace")) - 1)
        return self[code]


def _whole(part: pl.Series) -> pl.Series:
    return part.str.replace_all(_FILLER, "", literal=True).set(part.str.starts_with(_FILLER).fill_null(False), None)


def _unfit(columns: list[pl.Series], beyond: pl.Series) -> pl.Series:
    """Why a line cannot be cut: a column begins or ends within a letter, or something stands behind the last."""
    is_torn = pl.any_horizontal(pl.lit(column).is_null() for column in (*columns, beyond))
    is_long = pl.lit(beyond).str.contains(r"\S")
    reason = pl.when(is_torn).then(pl.lit("unparsed_line")).when(is_long).then(pl.lit("too_many_fields"))
    return pl.select(reason).to_series()


def _blocks(path: Path) -> Iterator[tuple[int, pl.Series]]:
    """The lines of a file that are not blank, in blocks, with the number of each block's first."""
    following = 1
    with path.open("rb") as file:
        while lines := file.readlines(_BLOCK):
            block = pl.Series([line.decode().removesuffix("\n") for line in lines], dtype=pl.String)
            block = block.filter(block != "")
            yield following, block
            following += len(block)
