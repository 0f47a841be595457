"""What of a table may leave: every aggregate passes the disclosure gate here, and only here.

A model says in its header which column counts the people behind a row (``persons:``) and, where its
rows are parts of one whole, which column names the part (``parts:``).  How small cells are protected
belongs in :mod:`profiles.disclosure`.
"""

import polars as pl

from pipelines.models import Model
from profiles.disclosure import merge_small, withhold

REST = "rest"
PERCENT = 0.01
_TWIN = "_group"
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
    """Parts of a whole, the small ones together as ``rest``, with the words that belong to each part.

    Shares of the whole site leave as whole percents.  On a large site that is coarse enough for each
    group to be merged by itself; on a small one, the groups are merged so that not even exact totals
    would give a small part back.
    """
    part, persons = str(model.parts), str(model.persons)
    group, *within = [name for name in model.grain if name != part]
    is_large = int(frame[persons].sum()) * PERCENT >= 2 * small_cell
    apart = [*within, _TWIN] if is_large else within
    parts = merge_small(frame.with_columns(pl.col(group).alias(_TWIN)), group, part, persons, small_cell, REST, apart)
    own = [*model.grain, persons, "share"]
    words = frame.select(part, *within, *(name for name in frame.columns if name not in own)).unique([part, *within])
    return (
        parts.select(*own, "withheld")
        .join(words, on=[part, *within], how="left")
        .with_columns(
            pl.col("position").fill_null(99),
            pl.col("university_share").round(2),
            *(pl.col(name).fill_null(said) for name, said in _REST_WORDS.items() if name in words.columns),
        )
    )


_REST_WORDS = {
    "label_zh": "其余",
    "label_en": "others",
    "meaning_zh": "人数较少的几类合在一起",
    "meaning_en": "kinds with too few people, put together",
}
