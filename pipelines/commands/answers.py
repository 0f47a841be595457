"""Answers in a terminal: rows as a table, cells as they are, and a query of the published database.

It is quick: nothing here needs Dagster, which takes longer to come than most queries do.
"""

import csv
import sys

import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.campus import Campus
from pipelines.errors import Problem
from pipelines.publish import open_current


def ask(campus: Campus, sql: str, as_csv: bool, console: Console) -> None:
    """Print the answer of the published database."""
    with open_current(campus.published) as connection:
        try:
            if not connection.extract_statements(sql):
                raise Problem('the query is empty — `mingyuan query "select * from meta.example_query"` shows some')
            cursor = connection.execute(sql)
            headings, rows = [name for name, *_ in cursor.description or ()], cursor.fetchall()
        except duckdb.Error as error:
            raise Problem(
                f'the query was refused: {str(error).splitlines()[0]} — `mingyuan query "select * from meta.example_query"` shows some that work'
            ) from error
    if as_csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows([headings, *rows])
    else:
        console.print(table("", headings, [list(row) for row in rows]))


def table(title: str, headings: list[str], rows: list[list[object]]) -> Table:
    table = Table(title=title or None, title_justify="left")
    for heading in headings:
        table.add_column(shown(heading), overflow="fold", no_wrap=heading in {"feed", "reason", "service"})
    for row in rows:
        table.add_row(*map(shown, row))
    return table


def shown(cell: object) -> Text:
    """A cell as it is: neither markup nor a terminal's control sequences in it are obeyed."""
    text = "" if cell is None else str(cell)
    return Text("".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text))
