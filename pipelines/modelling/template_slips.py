"""What is wrong with the opening comment of a report, told before anything runs; above all, whose rows it would show.

A page, and the figures that lie beside it, go to people outside the data team.  So a report reads what has passed the
disclosure gate, and what tells of nobody.
"""

import difflib
from collections.abc import Iterator, Mapping
from typing import Final

from pipelines.errors import Misconfigured
from pipelines.modelling.slips import suggestion
from pipelines.models import LAYERS, Model
from pipelines.reports import Template

_TOLD: Final = ("ref", *LAYERS[LAYERS.index("portrait") :])
_OFFICES: Final = ("library", "director", "librarian", "public")


def refuse_slips(templates: list[Template], models: Mapping[str, Model]) -> None:
    """Refuse reports that could not be written, or that would show persons.

    Raises:
        Misconfigured: one line for each thing that is wrong, with the remedy.

    """
    slips = [f"{one.path.name}: {slip}" for one in templates for slip in _slips(one, models)]
    if slips:
        raise Misconfigured("\n".join(slips))


def _slips(template: Template, models: Mapping[str, Model]) -> Iterator[str]:
    if template.is_for_site:
        if told := [table for table in template.reads if table in models]:
            yield f"one per: site is for pages that are filled by hand, so {told[0]} would not be read — say one per: term, or a column of it"
        return
    for table in template.reads:
        if table not in models:
            yield f"reads: no file defines {table}{suggestion(table, models)}"
        elif why := _not_to_be_shown(models[table]):
            yield f"reads: {table} {why}"
    near = difflib.get_close_matches(template.recipient, _OFFICES, n=1, cutoff=0.8)
    if near and template.recipient not in (*_OFFICES, template.one_per):
        yield f"for: there is no office ‘{template.recipient}’ — did you mean ‘{near[0]}’?"


def _not_to_be_shown(model: Model) -> str | None:
    if model.layer not in _TOLD:
        return f"is no table that is told — a page reads {', '.join(_TOLD)}"
    if model.is_of_persons:
        return "holds a row for each person — read a table of groups, whose header counts them: `-- persons: …`"
    return None
