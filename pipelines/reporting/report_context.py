"""What every template of a report may use: words, numbers and charts, bound to the page's language.

Templates that say something of their own keep it in ``profiles``; here it is only handed to them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from traceback import walk_tb
from types import SimpleNamespace
from typing import Any

import jinja2

from pipelines.errors import Misconfigured
from pipelines.paths import REPORTS
from profiles import brief, captions, director, group_words, narrative, report_rows, service_words
from profiles.captions import SiteWords
from profiles.charts import figures
from profiles.charts.curve import EVENTS, curve
from profiles.charts.heat import heat
from profiles.charts.kit import plain
from profiles.charts.parts import columns, level, mix, part_colour
from profiles.charts.peers import likert, subjects
from profiles.charts.strip import is_ahead, scale, strip
from profiles.charts.trend import trend


@cache
def environment(folder: Path) -> jinja2.Environment:
    loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder), jinja2.FileSystemLoader(REPORTS)])
    return jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


@contextmanager
def template_errors(path: Path) -> Iterator[None]:
    """What is wrong with a template, as one line with its place; such an error names words of the template, and no row.

    Raises:
        Misconfigured: it cannot be read, or names a column, filter or part that there is none of.

    """
    try:
        yield
    except jinja2.TemplateSyntaxError as error:
        place, words = f"{Path(error.filename or path).name}:{error.lineno}", error.message
        raise Misconfigured(f"{place}: {words} — mend the template") from None
    except jinja2.TemplateNotFound as error:
        raise Misconfigured(f"{path.name}: there is no {error.name} to extend or include — mend the template") from None
    except jinja2.UndefinedError as error:
        *_, place = [path.name, *_places(error)]
        raise Misconfigured(f"{place}: {error.message} — see the columns in the data dictionary") from None


def _places(error: jinja2.UndefinedError) -> Iterator[str]:
    """The lines of templates that were being filled, the innermost last."""
    for frame, line in walk_tb(error.__traceback__):
        if filled := frame.f_globals.get("__jinja_template__"):
            yield f"{filled.name}:{filled.get_corresponding_lineno(line)}"


def _shown(value: object) -> object:
    """Data as it can be shown; markup of our own stays as it is, and an empty value is a dash."""
    if value is None:
        return figures.NONE
    return plain(value) if type(value) is str else value


def context(site: SiteWords, lang: str) -> dict[str, Any]:
    """What every template may use, bound to the page's language."""
    return {
        "lang": lang,
        "links": {},
        "site": site,
        "t": lambda zh, en: zh if lang == "zh" else en,
        "label": partial(captions.label, lang=lang),
        "number": figures.number,
        "unit_word": partial(figures.unit_word, lang=lang),
        "amount": partial(figures.amount, lang=lang),
        "signed": partial(figures.signed, lang=lang),
        "percent": figures.percent,
        "count": figures.count,
        "is_ahead": is_ahead,
        "captions": captions,
        "words": group_words,
        "brief": brief,
        "director": director,
        "tell": narrative.tell,
        "service_words": service_words,
        "survey_rows": report_rows.survey_rows,
        "subject_rows": report_rows.subject_rows,
        "charts": SimpleNamespace(
            strip=partial(strip, lang=lang),
            scale=partial(scale, lang=lang),
            heat=partial(heat, lang=lang),
            trend=partial(trend, lang=lang),
            curve=partial(curve, lang=lang),
            events=EVENTS,
            columns=partial(columns, lang=lang),
            mix=mix,
            level=level,
            part_colour=part_colour,
            subjects=partial(subjects, lang=lang),
            likert=partial(likert, lang=lang),
        ),
    }
