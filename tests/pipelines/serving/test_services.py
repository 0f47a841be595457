"""The catalogue of services: all 27 are there, a slip is told in one line, and what may not be used is refused."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.definitions import build_definitions
from pipelines.errors import Misconfigured
from pipelines.models import Model
from pipelines.paths import REFERENCE
from pipelines.serving import service_sql
from pipelines.serving.service_state import site_catalogue
from pipelines.serving.services import Catalogue, read_catalogue
from tests.assets.small_site import small_site

OWN = REFERENCE / "services.yml"
FEEDS = frozenset({"loan", "space", "gate", "event", "survey_answer", "enrolment", "course", "e_resource"})
PLAIN: dict[str, Any] = {
    "families": {"resources": {"zh": "资源", "en": "Resources"}},
    "purposes": {"recommendation": {"zh": "推荐", "en": "suggestion"}, "research": {"zh": "研究", "en": "research"}},
    "services": {
        "books": {
            "number": 1,
            "name": {"zh": "荐书", "en": "Books"},
            "family": "resources",
            "needs": ["loan"],
            "eligible": "level_group = 'undergraduate'",
            "signs": {"no_loan": {"when": "loans = 0 and own_rank < 0.25", "zh": "未借", "en": "no loan"}},
            "outcome": {
                "sql": "select patron_key, loaned_on as happened_on from fact.loan_kind where field = 'own'",
                "zh": "借",
                "en": "borrowed",
            },
            "channel": "email",
            "cap_class": "invitational",
            "owner": "A",
            "purpose": "recommendation",
            "starts": "2025-09-01",
        },
        "house": {
            "number": 27,
            "name": {"zh": "沐心小屋", "en": "House"},
            "family": "resources",
            "never_targeted": {"zh": "不推断", "en": "never"},
            "protected": ["沐心"],
            "owner": "A",
            "starts": "2025-09-01",
        },
    },
}


def read(folder: Path, **lines: Any) -> Catalogue:
    """A catalogue whose service ``books`` says these lines in place of its own."""
    said = deepcopy(PLAIN)
    said["services"]["books"].update(lines)
    file = folder / "own.yml"
    file.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    return read_catalogue(file, FEEDS)


def refusal(folder: Path, models: dict[str, Model], **lines: Any) -> str:
    with pytest.raises(Misconfigured) as refused:
        service_sql.check("own.yml", read(folder, **lines), models)
    (line,) = str(refused.value).splitlines()
    assert line.startswith("own.yml: services.books.")
    return line


def sign(when: str) -> dict[str, Any]:
    return {"signs": {"seen": {"when": when, "zh": "见", "en": "seen"}}}


def test_all_27_services_of_the_five_families_are_there() -> None:
    catalogue = read_catalogue(OWN, FEEDS)
    assert sorted(service.number for service in catalogue.services.values()) == list(range(1, 28))
    assert len(catalogue.families) == 5
    assert {service.family for service in catalogue.services.values()} == set(catalogue.families)
    by_number = {service.number: service for service in catalogue.services.values()}
    assert by_number[14].no_software
    assert by_number[15].no_software
    assert by_number[27].never_targeted
    assert by_number[27].protected[0] == "沐心"
    assert not any(by_number[number].has_signs for number in (14, 15, 27))


def test_the_catalogue_uses_only_what_it_may(models: dict[str, Model]) -> None:
    used = service_sql.check("services.yml", read_catalogue(OWN, FEEDS), models)
    assert ("fact.need_sign", "own_rank") in used["major_classics"]
    assert ("fact.loan_kind", "field") in used["major_classics"]
    assert used["muxin_house"] == set()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ({"elligible": "true"}, "unknown key ‘elligible’ — did you mean ‘eligible’?"),
        ({"family": "resource"}, "there is no family ‘resource’ — did you mean ‘resources’?"),
        ({"purpose": "recomendation"}, "there is no purpose ‘recomendation’ — did you mean ‘recommendation’?"),
        ({"needs": ["lone"]}, "no feed is called ‘lone’ — did you mean ‘loan’? — or name it under not_yet"),
        ({"cap_class": None}, "lists readers, so it needs purpose, cap_class and channel"),
        ({"never_targeted": {"zh": "不", "en": "no"}}, "never aimed at anybody, so it has no eligible"),
        ({"ends": "2025-01-01"}, "ends before it starts"),
        ({"number": 27}, "are both number 27"),
        ({"protected": ["x"]}, "protected goes with never_targeted"),
    ],
)
def test_a_slip_of_the_pen_is_told_in_one_line(tmp_path: Path, lines: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read(tmp_path, **lines)
    (line,) = str(refused.value).splitlines()
    assert line.startswith("own.yml: ")
    assert words in line


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("loanes = 0", "there is no column ‘loanes’ — did you mean ‘loans’?"),
        ("loans = ", "this is not SQL"),
        ("loans = 0; drop table x", "this is not SQL"),
        ("year(college) = 1", "No function matches"),
        ("random() < 0.5", "not repeatable"),
        ("patron_key in (select patron_key from raw.loan)", "raw.loan — conditions look at tables of ref, clean"),
        ("patron_key in (select patron_key from nowhere.at_all)", "nowhere.at_all — conditions look at tables of"),
    ],
)
def test_a_condition_is_bound_before_anything_runs(
    tmp_path: Path, models: dict[str, Model], when: str, words: str
) -> None:
    line = refusal(tmp_path, models, **sign(when))
    assert line.startswith("own.yml: services.books.signs.seen: ")
    assert words in line


def test_what_is_sensitive_is_used_by_no_service_wherever_it_comes_along(
    tmp_path: Path, models: dict[str, Model]
) -> None:
    """The tags stand where a column is born; these conditions meet them one and two tables later."""
    conditions = {
        "patron_key in (select patron_key from clean.loan where class_second = 'R74')": "clean.loan.class_second",
        "patron_key in (select k from (select patron_key as k, class_top as c from fact.loan_class) where c = 'R')": "fact.loan_class.class_top",
        "patron_key in (select patron_key from fact.reading_score where classes_counted > 3)": "fact.reading_score.classes_counted",
        "exists (select 1 from clean.event where title = 'x')": "clean.event.title is sensitive",
        "exists (select 1 from clean.paired_loan where call_number = 'B84')": "clean.paired_loan.call_number is sensitive",
    }
    for when, words in conditions.items():
        assert words in refusal(tmp_path, models, **sign(when))


def test_what_single_books_are_about_may_be_used_once_the_sensitive_classes_are_left_out(
    tmp_path: Path, models: dict[str, Model]
) -> None:
    """The negative control: of the screened table the main class passes."""
    catalogue = read(tmp_path, **sign("patron_key in (select patron_key from fact.loan_kind where class_top = 'J')"))
    assert ("fact.loan_kind", "class_top") in service_sql.check("own.yml", catalogue, models)["books"]


def test_the_room_for_those_in_distress_is_used_by_no_service(tmp_path: Path, models: dict[str, Model]) -> None:
    named = "patron_key in (select patron_key from clean.booking where space = '沐心小屋二号')"
    assert "‘沐心’ is of a service that is never aimed at anybody" in refusal(tmp_path, models, **sign(named))
    assert "‘沐心’" in refusal(tmp_path, models, eligible=named)
    outcome = {
        "sql": named.partition("(")[2].rstrip(")").replace("patron_key", "patron_key, service_date as happened_on", 1)
    }
    assert "‘沐心’" in refusal(tmp_path, models, outcome={**outcome, "zh": "到", "en": "came"})
    other = read(tmp_path, **sign(named.replace("沐心小屋二号", "研讨间")))
    assert ("clean.booking", "space") in service_sql.check("own.yml", other, models)["books"]


def test_its_own_count_is_no_sign_of_anything(tmp_path: Path, models: dict[str, Model]) -> None:
    line = refusal(tmp_path, models, **sign("exists (select 1 from service.open_use where uses > 3)"))
    assert "service.open_use — conditions look at tables of" in line
    assert {column.name for column in models["service.open_use"].columns if "protected" in column.tags} == {
        *("service", "month", "uses", "persons", "largest_share", "two_largest_share")
    }


def test_data_are_used_only_for_what_they_were_given_for(tmp_path: Path, models: dict[str, Model]) -> None:
    asked = sign("consultations > 3")
    line = refusal(tmp_path, models, **asked)
    assert "portrait.individual.consultations comes from raw.consultation" in line
    assert "may be used for portrait, research — not for recommendation" in line
    # The negative control: the same column for a purpose that the feed names.
    assert service_sql.check("own.yml", read(tmp_path, **asked, purpose="research"), models)["books"]


def test_counting_rows_hides_no_feed(models: dict[str, Model]) -> None:
    """A count mentions no column, and yet it is made of what it counts."""
    assert "raw.event_attendance" in service_sql.feeds_behind(models, "fact.need_sign", "trainings")
    assert "raw.loan" in service_sql.feeds_behind(models, "portrait.individual", "loans")
    assert "raw.consultation" not in service_sql.feeds_behind(models, "portrait.individual", "loans")


def test_every_feed_says_what_it_may_be_used_for(models: dict[str, Model]) -> None:
    known = {"portrait", "recommendation", "research"}
    assert {table for table, model in models.items() if model.is_feed and not model.purposes} == set()
    assert {purpose for model in models.values() for purpose in model.purposes} <= known


def test_a_site_with_a_forbidden_service_does_not_load(tmp_path: Path) -> None:
    read(tmp_path, **sign("patron_key in (select patron_key from clean.loan where class_top = 'R')"))
    site = small_site(tmp_path, reference={"services": "own.yml"})
    with pytest.raises(Misconfigured, match=r"own\.yml: services\.books\.signs\.seen: clean\.loan\.class_top"):
        build_definitions(site)
    read(tmp_path)
    assert "books" in site_catalogue(site)[0].services
