"""What to say to a person whose file holds a word or value that it cannot hold: one line, with the place.

Which words there are, :mod:`pipelines.receiving.presets` and :mod:`pipelines.campus` say.
"""

import difflib
import re
from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ValidationError

from pipelines.errors import Misconfigured


def suggestion(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" — did you mean ‘{near[0]}’?" if near else ""


def first_problem(
    error: ValidationError, where: str, known: Iterable[str], parts: Mapping[str, type[BaseModel]]
) -> Misconfigured:
    """The worst thing wrong with a file, in one line that says where.

    ``known`` are the words it may use, and ``parts`` those of its lines that hold lines of their own.
    """
    problem = min(
        error.errors(include_url=False, include_input=False), key=lambda problem: _RANK.get(problem["type"], 1)
    )
    steps = [str(step) for step in problem["loc"] if not _OF_PYDANTIC.search(str(step))]
    if problem["type"] == "extra_forbidden":
        key = steps.pop()
        words = (
            f"unknown key ‘{key}’{suggestion(key, words_of(parts[steps[0]]) if steps and steps[0] in parts else known)}"
        )
    elif problem["type"] == "missing":
        words = f"‘{steps.pop()}’ is missing"
    else:
        words = problem["msg"].removeprefix("Value error, ")
    return Misconfigured(": ".join(filter(None, [where, ".".join(steps), " ".join(words.split())])))


_RANK = {"extra_forbidden": 0, "literal_error": 2, "int_type": 2, "model_type": 2}
"""A word nobody knows says most; that a value is not the other of two kinds says least."""

_OF_PYDANTIC = re.compile(r"^(After|CalendarYears|constrained-.*|int|literal\[.*|function-.*)$")
"""Steps of a path that name a type, not a key of the file."""


def words_of(*models: type[BaseModel]) -> set[str]:
    """The keys that files may use for these models."""
    return {field.alias or name for model in models for name, field in model.model_fields.items()}
