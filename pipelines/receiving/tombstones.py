"""By what those who asked to be forgotten are known again at the door: keyed hashes, which lead to nobody.

A tombstone is made of a pseudonym, so it belongs to one kind of number.  How somebody is forgotten belongs in
:mod:`pipelines.forgetting.erasure`.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

import polars as pl

from pipelines.receiving import card_numbers
from pipelines.receiving.contracts import Contract
from pipelines.receiving.line_cells import cut
from pipelines.receiving.presets import Rule, Source
from pipelines.receiving.pseudonymise import PATRON_NUMBER
from profiles.pseudonym import normalised, padded, pseudonyms

if TYPE_CHECKING:
    from pipelines.keeping.vault import Vault
    from pipelines.warehouse import Warehouse

ERASED = "erased"
"""Why a record of somebody who was forgotten is rejected."""
PAST = "past_retention"
"""Why a record is rejected that would be kept no longer."""
NEVER_KEPT = frozenset({ERASED, PAST})
"""Of records that are rejected so, nothing is kept anywhere."""

_LABEL = b"tombstone\0"
_WORDS = (r"\w+", r"[^\s,;|\"'<>()=]+")
"""What a number in a text may be: letters and digits, or all between two marks that part values."""


def shut(vault: "Vault", warehouse: "Warehouse") -> "Vault":
    """The vault with nothing read into it or out of it of anybody who has a tombstone, or of what is past its time."""
    marks = {mark for (mark,) in warehouse.rows_of("select tombstone from ledger.erasure")}
    ends = warehouse.rows_of("select table_name, max(kept_from) from ledger.retention group by all")
    kept_from = {table.partition(".")[2]: end for table, end in ends if table.startswith("raw.")}
    return replace(vault, erased=vault.tombstones() | marks, kept_from=kept_from)


def tombstone(patron_key: str, key: bytes) -> str:
    """What stays of a pseudonym."""
    return hmac.digest(key, _LABEL + patron_key.encode(), hashlib.sha256).hex()[:32]


@dataclass(frozen=True)
class Tombstones:
    """All that there are, and the ways in which numbers are written where they are looked for."""

    marks: frozenset[str]
    key: bytes = field(repr=False)
    rules: tuple[Rule, ...] = ()
    """Of the columns that hold persons' numbers."""
    cuts: tuple[tuple[int, int], ...] = ()
    """Where the columns of a line stand, if it is cut by positions."""
    encoding: str = "utf-8"

    @classmethod
    def at(cls, source: Source, contract: Contract, key: bytes, marks: Iterable[str]) -> Self:
        """Those that a source's records are held against."""
        columns = [column.name for column in contract.columns if column.is_pseudonym]
        rules = tuple(source.columns[name] for name in columns if name in source.columns)
        return cls(frozenset(marks), key, rules, tuple(source.fixed.values()), source.encoding)

    def among(self, patron_keys: Iterable[str]) -> set[str]:
        """Those pseudonyms that have one."""
        if not self.marks:
            return set()
        return {patron_key for patron_key in patron_keys if tombstone(patron_key, self.key) in self.marks}

    def named(self, told: Sequence[tuple[int, str | None]]) -> set[int]:
        """The records that name somebody who has one, out of texts of records that could not be read as such."""
        if not (self.marks and told):
            return set()
        texts = pl.DataFrame(told, schema={"record": pl.Int64, "text": pl.String}, orient="row")
        plain = pl.col("text").str.normalize("NFKC")
        parts = [texts.with_columns(plain.str.extract_all(form)).explode("text") for form in _WORDS]
        parts += [texts.with_columns(part.alias("text")) for part in cut(texts["text"], self.cuts, self.encoding)]
        words = pl.concat([texts, *parts]).drop_nulls()
        unique = words["text"].unique()
        theirs = pl.concat([unique.filter(self._are_theirs(unique, rule)) for rule in self.rules] or [unique.clear()])
        return set(words.filter(pl.col("text").is_in(theirs.implode()))["record"])

    def _are_theirs(self, words: pl.Series, rule: Rule) -> pl.Series:
        spelt = padded(normalised(card_numbers.decimal(words, rule.uid) if rule.uid else words), rule.pad)
        keys = pl.Series(pseudonyms(spelt.fill_null("").to_list(), kind_of(rule), self.key), dtype=pl.String)
        return keys.is_in(self.among(keys.unique()))


def kind_of(rule: Rule) -> str:
    """What kind of number of a person a column holds."""
    return rule.identifier or PATRON_NUMBER
