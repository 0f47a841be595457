"""What the conditions of the catalogue become in SQL: who needs a service, for how many it is, and what came of it.

That a condition may be asked at all is told in :mod:`pipelines.serving.service_sql`.
"""

from collections.abc import Sequence

from pipelines.quoting import literal
from pipelines.serving.services import Service

READERS = ("portrait.individual", "fact.need_sign")
"""Where the columns of a condition come from: one row for each reader and term."""

_ANSWERED = "answered"
"""What the conditions say of every reader."""

FROM = "from portrait.individual join fact.need_sign using (patron_key, term)"


def answered(services: Sequence[tuple[str, Service]]) -> str:
    """What stands before :func:`need` and :func:`audience`: the readers in scope, with what every condition says of them.

    A reader's row is wide, so it is read once for all services.
    """
    told = [
        f"coalesce(({condition}), false) as {name}"
        for code, service in services
        for name, condition in ((f"for_{code}", service.eligible), *_conditions(code, service))
    ]
    columns = ", ".join(["patron_key, term, college", *told])
    return f"with {_ANSWERED} as materialized (select {columns} {FROM} where is_exposed)"


def need(code: str, service: Service) -> str:
    """A select of the readers who seem to need a service, term by term; nobody who refuses to have it suggested."""
    signs = service.in_order
    reasons = ", ".join(f"case when sign_{n}_{code} then {literal(reason)} end" for n, (reason, _) in enumerate(signs))
    strengths = "".join(f" when sign_{n}_{code} then {sign.strength}" for n, (_, sign) in enumerate(signs))
    return f"""
select patron_key, term, {literal(code)} as service, is_stated,
    cast(case when is_stated then 1{strengths} end as double) as strength,
    concat_ws(' ', case when is_stated then 'stated' end{", " if reasons else ""}{reasons}) as reasons
from ({_flagged(code, service)})
where is_needed and patron_key not in (select patron_key from clean.refusal where purpose = {literal(str(service.purpose))})"""


def audience(code: str, service: Service) -> str:
    """A select of how many readers a service is for, and how many of them need it, by term and college.

    Here everybody counts: a number names nobody.
    """
    return f"""
select {literal(code)} as service, term, coalesce(college, '未知 unknown') as college, count(*) as persons,
    count(*) filter (where is_needed) as in_need, count(*) filter (where is_needed and is_stated) as stated
from ({_flagged(code, service)}) group by term, coalesce(college, '未知 unknown')"""


def eligible(service: Service) -> str:
    """A select of the readers whom a service is for, term by term."""
    return f"select reader.patron_key, reader.term from (select * {FROM} where is_exposed and ({service.eligible})) as reader {_offered(service)}"


def outcome(code: str, service: Service) -> str:
    """A select of the days on which readers did what a service is meant to lead to."""
    assert service.outcome is not None
    return f"""
select distinct {literal(code)} as service, patron_key, cast(happened_on as date) as happened_on
from ({service.outcome.sql}) where patron_key is not null and happened_on is not null"""


def _flagged(code: str, service: Service) -> str:
    """The readers a service is for, with each of its signs, and whether they need it: what they say comes first."""
    seen = " or ".join(name for name, _ in _conditions(code, service)) or "false"
    return f"""
select reader.*, coalesce(said.is_wanted, false) as is_stated, coalesce(said.is_wanted, {seen}) as is_needed
from {_ANSWERED} as reader {_offered(service)}
left join (select * from fact.stated_need where service = {literal(code)}) as said
    on reader.patron_key = said.patron_key and reader.term = said.term
where for_{code}"""


def _offered(service: Service) -> str:
    """A join that keeps the terms of readers in which a service is offered."""
    ends = f"and begun.starts_on <= {literal(str(service.ends))}" if service.ends else ""
    return (
        f"join ref.term as begun on reader.term = begun.term and begun.ends_on >= {literal(str(service.starts))} {ends}"
    )


def _conditions(code: str, service: Service) -> list[tuple[str, str]]:
    """The signs of a service, the strongest first, by the names of their answers."""
    return [(f"sign_{n}_{code}", sign.when) for n, (_, sign) in enumerate(service.in_order)]
