"""What surveys say of everyone, not only of those who answered; and what comments are about, in numbers of persons."""

import dagster as dg
import polars as pl

from pipelines.frames import frame_assets, read
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from profiles.survey_estimates import estimate_surveys
from profiles.themes import count_themes, themed

_ESTIMATES = ("report.survey_weighting", "report.survey_estimate")
_PLACED = ["clean.response", "ref.term", "fact.roster", "segment.reader"]
_ESTIMATED_FROM = [*_PLACED, "clean.answer", "fact.presence", "fact.activity", "ref.survey_item"]
_THEMES_FROM = [*_PLACED, "raw.survey_answer", "ref.theme"]
_FEEDBACK_FROM = ["clean.response", "clean.ticket", "raw.survey_answer", "ref.theme"]

_HELD = """
with held as (
    select closing.survey, max(term.starts_on) as starts_on
    from (select survey, cast(max(submitted_at) as date) as closed_on from clean.response group by survey) as closing
    join ref.term as term on term.starts_on <= closing.closed_on
    group by closing.survey
),
wave as (select held.survey, term.term from held join ref.term as term using (starts_on))
"""
"""The term of each survey: the last that had begun when it closed."""

_ROSTER = f"""{_HELD}
select wave.survey, patron_key, level_group, study_year, college, visit_days, active_days
from wave
join fact.roster using (term)
join fact.presence using (patron_key, term)
join fact.activity using (patron_key, term)
where is_exposed
"""
_RESPONSES = f"""{_HELD}
select response.survey, response.response_key, response.patron_key, wave.term, roster.level_group, response.college, reader.segment
from clean.response as response
left join wave on response.survey = wave.survey
left join fact.roster as roster on response.patron_key = roster.patron_key and wave.term = roster.term
left join segment.reader as reader on response.patron_key = reader.patron_key and wave.term = reader.term
"""
_ANSWERS = """
select
    answer.survey, answer.response_key, answer.item, cast(answer.answer_value as double) as answer_value,
    coalesce(item.position, 99) as position,
    coalesce(item.label_zh, answer.item) as label_zh,
    coalesce(item.label_en, answer.item) as label_en,
    cast(least(coalesce(item.scale_min, min(answer.answer_value) over own), min(answer.answer_value) over own) as double) as scale_min,
    cast(greatest(coalesce(item.scale_max, max(answer.answer_value) over own), max(answer.answer_value) over own) as double) as scale_max
from clean.answer as answer
left join ref.survey_item as item
    on regexp_extract(answer.survey, '^([A-Za-z]+)', 1) = item.survey_family and answer.item = item.item
window own as (partition by answer.survey, answer.item)
"""
_COMMENTS = """
select survey, response_key, facet, answer_text from raw.survey_answer
where facet in ('text', 'option') and answer_text is not null
"""
_FEEDBACK = """
select 'ticket' as source, ticket_key as feedback_key, category as text from clean.ticket where category is not null
union all
select 'survey', concat(survey, ' ', response_key), answer_text
from raw.survey_answer
join clean.response using (survey, response_key)
where facet = 'text' and answer_text is not null
"""
_WORDS = ["position", "label_zh", "label_en", "scale_min", "scale_max"]


@dg.definitions
def surveys() -> dg.Definitions:
    estimates, theme = [models()[table] for table in _ESTIMATES], models()["report.survey_theme"]
    feedback = models()["fact.feedback_theme"]
    return dg.Definitions(
        assets=[
            frame_assets("survey_estimates", estimates, _ESTIMATED_FROM, {"polars"}, _estimates),
            frame_assets("survey_themes", [theme], _THEMES_FROM, {"polars"}, _themes),
            frame_assets("feedback_themes", [feedback], _FEEDBACK_FROM, {"polars"}, _feedback),
        ]
    )


def _estimates(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    answers = read(warehouse, _ANSWERS)
    found = estimate_surveys(read(warehouse, _ROSTER), read(warehouse, _RESPONSES), answers)
    words = answers.select("survey", "item", *_WORDS).unique()
    return [found.weighting, found.estimate.join(words, on=["survey", "item"], how="left")]


def _themes(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    words = read(warehouse, "select * from ref.theme")
    counted = count_themes(read(warehouse, _COMMENTS), read(warehouse, _RESPONSES), words)
    return [counted.join(words.select("theme", "label_zh", "label_en").unique("theme"), on="theme", how="left")]


def _feedback(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    """Each theme of a ticket or a comment once; the text itself goes no further."""
    found = themed(read(warehouse, _FEEDBACK), "text", read(warehouse, "select * from ref.theme"))
    return [found.select("source", "feedback_key", "theme").unique().sort(pl.all())]
