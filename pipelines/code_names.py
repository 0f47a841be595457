"""The words of codes that come as data: terms, colleges, cohorts, measures and feeds, each declared under data/reference.

Codes that the program itself gives (a level, a role, a state) have theirs in :mod:`profiles.group_words`.
"""

import duckdb

from profiles.captions import Words

TABLES = ("ref.term", "ref.college", "ref.cohort", "ref.measure", "ref.feed")
_NAMES = """
select term as code, label_zh, label_en from ref.term
union all select college as code, college as label_zh, label_en from ref.college
union all select cohort as code, label_zh, label_en from ref.cohort
union all select measure as code, label_zh, label_en from ref.measure
union all select feed as code, label_zh, label_en from ref.feed"""


def names(connection: duckdb.DuckDBPyConnection) -> dict[str, Words]:
    """By code; the Chinese word stands in place of an English one that a site has not said."""
    return {code: Words(zh, en or zh) for code, zh, en in connection.execute(_NAMES).fetchall()}
