"""Files in which a line is a record and its place or shape tells the columns: logs, and fixed widths.

What a log's line looks like is said in the words of Apache's and EZproxy's LogFormat, or by a pattern
with named groups.  Separated values belong in :mod:`pipelines.receiving.cells`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.receiving.cells import Batch, Misfit
from pipelines.receiving.headings import Headings, held, plain
from pipelines.receiving.presets import Source

_BLOCK = 4 << 20

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
            misfits = frame.with_columns(line=lines).filter(~fits).select("record", "line").iter_rows()
            yield Batch(
                frame.filter(fits), tuple(Misfit(record, line, reason="unparsed_line") for record, line in misfits)
            )

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
    names: list[str] = []
    met: Counter[str] = Counter()
    form, end = "^", 0
    text = log_format.replace("\\t", "\t").replace('\\"', '"').strip()
    for directive in _DIRECTIVE.finditer(text):
        before, after = text[end : directive.start()], text[directive.end() : directive.end() + 1]
        form += _literal(before) + _value(directive[0], before[-1:], after)
        met[directive[0]] += 1
        names.append(directive[0] if met[directive[0]] == 1 else f"{directive[0]}.{met[directive[0]]}")
        end = directive.end()
    return names, form + _literal(text[end:]) + r"\s*$"


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
    """Lines whose columns stand at fixed positions, counted in characters."""

    path: Path
    source: Source

    def headings(self) -> Headings:
        """The columns that the preset places."""
        return held(Headings(tuple(map(plain, self.source.fixed))), self.source)

    def batches(self, headings: Headings) -> Iterator[Batch]:
        """Lines cut at their positions; one that is longer than the last is told as such."""
        last = max(end for _, end in self.source.fixed.values())
        cuts = {f"c{place}": cut for place, cut in enumerate(self.source.fixed.values())}
        for first, lines in _blocks(self.path):
            numbers = pl.int_range(first, first + len(lines), dtype=pl.Int64, eager=True)
            frame = pl.DataFrame({"line": lines, "record": numbers}).with_columns(
                pl.col("line").str.slice(start - 1, end - start + 1).alias(name) for name, (start, end) in cuts.items()
            )
            is_long = pl.col("line").str.slice(last).str.contains(r"\S")
            misfits = frame.filter(is_long).select("record", "line").iter_rows()
            yield Batch(
                frame.filter(~is_long).drop("line"),
                tuple(Misfit(record, line, reason="too_many_fields") for record, line in misfits),
            )


def _blocks(path: Path) -> Iterator[tuple[int, pl.Series]]:
    """The lines of a file that are not blank, in blocks, with the number of each block's first."""
    following = 1
    with path.open("rb") as file:
        while lines := file.readlines(_BLOCK):
            block = pl.Series([line.decode().removesuffix("\n") for line in lines], dtype=pl.String)
            block = block.filter(block != "")
            yield following, block
            following += len(block)
