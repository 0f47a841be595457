"""The catalogue of services: what data/reference/services.yml, or the site's own file, may say of a service.

Only reading and checking the words stands here.  What its conditions become in SQL, and which columns they
may not use, belongs in :mod:`pipelines.serving.service_sql`.
"""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from pipelines.campus import Campus, Words
from pipelines.errors import Misconfigured
from pipelines.modelling.slips import first_problem, suggestion, words_of
from pipelines.modelling.yaml_lines import lines_of
from pipelines.paths import REFERENCE
from pipelines.receiving.words import Strict, Texts

Share = Annotated[float, Field(gt=0, le=1)]


class Sign(Words):
    """One reason for which a service is suggested."""

    when: str
    """A condition on a reader in a term."""
    strength: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Of the need, where the condition holds; only what readers say themselves is certain."""


class Outcome(Words):
    """What readers do if the service helped."""

    sql: str
    """A select of patron_key and happened_on."""
    days: Annotated[int, Field(ge=1, le=366)] = 28
    """In which it must have happened to count."""
    needs: tuple[str, ...] = ()
    """The feeds that tell of it."""


class Service(Strict):
    """One service, as a librarian describes it."""

    number: Annotated[int, Field(ge=1)]
    version: Annotated[int, Field(ge=1)] = 1
    name: Words
    family: str
    offered_to: Literal["patron", "unit"] = "patron"
    taught_together: bool = False
    """Whether a whole class gets it or nobody of the class: then classes are held out, not single readers."""
    needs: tuple[str, ...] = ()
    """The feeds without which nobody's need is known."""
    eligible: str = "true"
    """Whom it is for."""
    signs: dict[str, Sign] = Field(default_factory=dict)
    stated: dict[str, Texts] = Field(default_factory=dict)
    """Item of a survey → the answers that ask for it."""
    declined: dict[str, Texts] = Field(default_factory=dict)
    """Item of a survey → the answers that say it is not wanted."""
    outcome: Outcome | None = None
    worthwhile: Share = 0.05
    """The smallest difference in the share who respond that would be worth the work."""
    alike_in_class: Annotated[float, Field(ge=0, lt=1)] = 0.05
    """How alike classmates are (intra-class correlation), where classes are held out."""
    channel: str | None = None
    cap_class: Literal["invitational", "transactional"] | None = None
    owner: str
    purpose: str | None = None
    starts: dt.date
    ends: dt.date | None = None
    made_here: Words | None = None
    """Where no list is needed, since this product makes it for everyone."""
    no_software: Words | None = None
    """Why no list is ever made."""
    never_targeted: Words | None = None
    """Why it is only announced openly."""
    protected: Texts = ()
    """Names of its rooms, gates and events, which stay out of all that is said of a person."""

    @property
    def has_signs(self) -> bool:
        return bool(self.signs or self.stated)

    @property
    def is_open(self) -> bool:
        """Whether nobody is ever listed for it."""
        return any((self.made_here, self.no_software, self.never_targeted))

    @property
    def drawn_by(self) -> str:
        return "class_group" if self.taught_together else "patron"

    @property
    def in_order(self) -> list[tuple[str, Sign]]:
        """The signs, the strongest first."""
        return sorted(self.signs.items(), key=lambda sign: -sign[1].strength)

    @model_validator(mode="after")
    def _is_whole(self) -> "Service":
        aims = self.has_signs or self.declined or self.outcome or self.cap_class or self.eligible != "true"
        if self.is_open and aims:
            raise ValueError("is never aimed at anybody, so it has no eligible, signs, stated, outcome or cap_class")
        if self.protected and not self.never_targeted:
            raise ValueError("protected goes with never_targeted")
        if self.has_signs and not (self.purpose and self.cap_class and self.channel):
            raise ValueError("lists readers, so it needs purpose, cap_class and channel")
        if self.ends and self.ends < self.starts:
            raise ValueError("ends before it starts")
        return self


class Catalogue(Strict):
    """All services of a site."""

    families: dict[str, Words]
    purposes: dict[str, Words]
    not_yet: dict[str, Words] = Field(default_factory=dict)
    services: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Service]

    @property
    def protected(self) -> list[tuple[str, str]]:
        """Service and name of all that stays out of what is said of a person."""
        return [(code, name) for code, service in self.services.items() for name in service.protected]


def catalogue_path(campus: Campus) -> Path:
    return campus.reference.get("services", REFERENCE / "services.yml")


def read_catalogue(path: Path, feeds: frozenset[str]) -> Catalogue:
    """The services of a file, held to the feeds that there are.

    Raises:
        Misconfigured: one line that says which service, what, and what to do.

    """
    if not path.is_file():
        raise Misconfigured(f"{path.name}: there is no such catalogue of services — the site file names it")
    try:
        catalogue = Catalogue.model_validate(lines_of(path))
    except ValidationError as error:
        known = words_of(Catalogue, Service, Sign, Outcome)
        raise first_problem(error, path.name, known, {}) from None
    for code, service in catalogue.services.items():
        _refuse_unknown(f"{path.name}: services.{code}", service, catalogue, feeds)
    _refuse_twice(path.name, catalogue)
    return catalogue


def _refuse_unknown(where: str, service: Service, catalogue: Catalogue, feeds: frozenset[str]) -> None:
    if service.family not in catalogue.families:
        raise Misconfigured(
            f"{where}.family: there is no family ‘{service.family}’{suggestion(service.family, catalogue.families)}"
        )
    if service.purpose and service.purpose not in catalogue.purposes:
        raise Misconfigured(
            f"{where}.purpose: there is no purpose ‘{service.purpose}’{suggestion(service.purpose, catalogue.purposes)}"
        )
    known = feeds | catalogue.not_yet.keys()
    for need in (*service.needs, *(service.outcome.needs if service.outcome else ())):
        if need.partition(":")[0] not in known:
            raise Misconfigured(
                f"{where}.needs: no feed is called ‘{need}’{suggestion(need, known)} — or name it under not_yet"
            )


def _refuse_twice(file: str, catalogue: Catalogue) -> None:
    numbers: dict[int, str] = {}
    for code, service in catalogue.services.items():
        if service.number in numbers:
            raise Misconfigured(
                f"{file}: {numbers[service.number]} and {code} are both number {service.number} — give one another number"
            )
        numbers[service.number] = code
