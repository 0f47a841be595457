"""What of a table may leave: every aggregate passes the disclosure gate here, and only here.

A model says in its header which column counts the people behind a row (``persons:``) and, where its
rows are parts of one whole, which column names the part (``parts:``).  How small cells are protected
belongs in :mod:`profiles.disclosure`.
"""

import polars as pl

from pipelines.models import Model
from profiles.disclosure import merge_small, withhold

REST = "rest"
_WORDS = {"VARCHAR", "DATE", "BOOLEAN"}
_PLACES = {"position", "term_position", "scale_max", "colleges", "k"}


def kept(model: Model) -> list[str]:
    """The columns that say what a row is about, and that stay when its figures are withheld."""
    about = (c.name for c in model.columns if c.type in _WORDS or c.name in _PLACES)
    return sorted({*model.grain, *about} - {model.persons})


def released(model: Model, frame: pl.DataFrame, small_cell: int) -> pl.DataFrame:
    """The rows of a table as they may be shown outside the library's data team."""
    if model.persons is None:
        return frame
    if model.parts is not None:
        return _merged(model, frame, small_cell)
    return withhold(frame, model.persons, kept(model), small_cell)


def _merged(model: Model, frame: pl.DataFrame, small_cell: int) -> pl.DataFrame:
    """Parts of a whole, the small ones together as ``rest``, with the words that belong to each part."""
    part, persons = str(model.parts), str(model.persons)
    group, *within = [name for name in model.grain if name != part]
    parts = merge_small(frame, group, part, persons, small_cell, REST, within)
    own = [*model.grain, persons, "share"]
    words = frame.select(part, *within, *(name for name in frame.columns if name not in own)).unique([part, *within])
    return parts.join(words, on=[part, *within], how="left").with_columns(
        pl.col("position").fill_null(99),
        *(
            pl.col(name).fill_null(words_of_rest)
            for name, words_of_rest in _REST_WORDS.items()
            if name in words.columns
        ),
    )


_REST_WORDS = {
    "label_zh": "其余",
    "label_en": "others",
    "meaning_zh": "人数较少的几类合在一起",
    "meaning_en": "kinds with too few people, put together",
}
