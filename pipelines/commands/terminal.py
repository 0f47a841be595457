"""How `mingyuan` speaks: answers on the output, problems in one line each beside it, a bar while it works.

What it says belongs in the modules that know it, and the commands in :mod:`pipelines.cli`.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from pipelines.errors import Problem

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class OneLine(click.Group):
    """Ends with a problem's own line and exit code, rather than a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Problem as problem:
            complain([str(problem)])
            ctx.exit(problem.exit_code)


def say(text: str) -> None:
    out.print(text, markup=False)


def complain(problems: Iterable[str]) -> None:
    for line in "\n".join(problems).splitlines():
        err.print(f"mingyuan: {line}", style="bold red", markup=False)


@contextmanager
def progress(title: str) -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal; nothing where the output is a file, so that logs stay readable."""
    columns = (
        TextColumn(title),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda what, share: bar.update(task, completed=share, description=what)
