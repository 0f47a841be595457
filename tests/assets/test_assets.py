"""What a data team sees of the assets before anything has run."""

from collections.abc import Iterator

import dagster as dg
import pytest

from assets.published import LAYERS as PUBLISHED_LAYERS
from pipelines.models import LAYERS
from pipelines.site import models
from tests.assets.small_site import whole_location

GROUPS = ["door", *(layer for layer in LAYERS if layer != "ledger"), "release", "published", "page"]
"""From left to right."""

ASSETS = """
clean/answer
clean/attendance
clean/booking
clean/call_class
clean/consent
clean/consultation
clean/contact
clean/contribution
clean/count
clean/course
clean/enrolment
clean/event
clean/gap
clean/hold
clean/loan
clean/paired_loan
clean/patron_identifier
clean/published_count
clean/refusal
clean/resource_access
clean/resource_usage
clean/response
clean/service_assignment
clean/shared_identifier
clean/ticket
clean/visit
door/retention
fact/active_day
fact/active_month
fact/active_week
fact/activity
fact/attendance_month
fact/booking_month
fact/class_field
fact/class_month
fact/college_loan_month
fact/consultation_month
fact/contribution_month
fact/demand_hour
fact/departure
fact/dominance
fact/e_resource
fact/feedback_theme
fact/field_share
fact/finished_term
fact/gap_dimension
fact/growth
fact/last_term
fact/lifecycle
fact/loan_chain
fact/loan_class
fact/loan_day
fact/loan_kind
fact/loan_month
fact/loan_sign
fact/loan_term
fact/membership
fact/milestone
fact/movement
fact/need_sign
fact/new_class
fact/orderliness
fact/own_class
fact/participation
fact/peer
fact/percentile
fact/place_hour
fact/presence
fact/presence_month
fact/reading
fact/reading_score
fact/resource_host
fact/resource_month
fact/resource_usage_month
fact/rhythm
fact/role
fact/roster
fact/screened_loan
fact/space_use
fact/standing
fact/stated_need
fact/stay_month
fact/use_month
fact/variety
fact/visit_day
fact/visit_month
fact/visit_slot
page/college
page/data_use
page/dictionary
page/director
page/freshmen
page/graduates
page/quality
page/reader
page/study_list
page/visit_brief
portrait/activation
portrait/career
portrait/change
portrait/cohort
portrait/current
portrait/department
portrait/distribution
portrait/individual
portrait/milestone
portrait/page
portrait/reach
portrait/relationship
portrait/relationship_validity
portrait/relationship_value
portrait/retention
portrait/shelf
portrait/subject
portrait/transition
portrait/unit
published/mart
raw/campaign
raw/consent
raw/consultation
raw/contact
raw/contribution
raw/count_reading
raw/course
raw/enrolment
raw/event_attendance
raw/gate_event
raw/hold
raw/honour
raw/loan
raw/loan_event
raw/patron_identifier
raw/published_count
raw/resource_access
raw/resource_usage
raw/service_assignment
raw/space_booking
raw/survey_answer
raw/ticket
raw/title_circulation
raw/visit_summary
ref/affinity
ref/calendar_day
ref/class
ref/class_scheme
ref/cohort
ref/college
ref/contact_rule
ref/coverage
ref/coverage_month
ref/coverage_term
ref/day
ref/evaluation_rule
ref/feed
ref/field
ref/horizon
ref/interest
ref/measure
ref/milestone
ref/opening_hours
ref/past_day
ref/protected_name
ref/received_day
ref/relationship_weight
ref/role_rule
ref/roster_term
ref/second_classroom
ref/segment_name
ref/sensitive_class
ref/service_answer
ref/service_evidence
ref/site
ref/study_rule
ref/study_weight
ref/survey_item
ref/term
ref/term_alias
ref/term_so_far
ref/theme
ref/training
release/aggregates
report/cohort
report/college
report/demand
report/distribution
report/hour
report/indicator
report/intake
report/leaver
report/library
report/opportunity
report/promise
report/segment
report/service
report/service_evaluation
report/source
report/study_board
report/survey
report/survey_estimate
report/survey_theme
report/survey_weighting
segment/candidate
segment/centre
segment/drift
segment/migration
segment/model
segment/propensity
segment/propensity_skill
segment/reader
segment/study_list
service/audience
service/balance
service/campaign_effect
service/campaign_reach
service/candidate
service/catalogue
service/contact
service/contributor_retention
service/coverage
service/effect
service/feedback_loop
service/feedback_rating
service/feedback_step
service/forecast
service/forecast_skill
service/loan_forecast
service/loan_forecast_skill
service/member
service/need
service/open_use
service/outcome_event
service/participant_opinion
service/pressure
service/reason
service/run
service/second_classroom
service/theme_rate
service/tie
service/training_coverage
service/training_next
service/training_reach
service/unreached
service/volunteer
service/volunteering
"""


@pytest.fixture(scope="module")
def specs() -> list[dg.AssetSpec]:
    return whole_location().resolve_all_asset_specs()


def backward(edges: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted({(a, b) for a, b in edges if GROUPS.index(a) > GROUPS.index(b)})


def test_the_assets_are_these(specs: list[dg.AssetSpec]) -> None:
    """Added, renamed or removed on purpose: change the list above."""
    assert sorted(spec.key.to_user_string() for spec in specs) == ASSETS.split()


def test_every_asset_says_what_it_is_whose_and_of_what_kind(specs: list[dg.AssetSpec]) -> None:
    silent = [spec.key for spec in specs if not (spec.description and spec.kinds and spec.owners)]
    assert silent == []


def test_a_group_is_the_first_part_of_the_key(specs: list[dg.AssetSpec]) -> None:
    assert [spec.key for spec in specs if spec.group_name != spec.key.path[0]] == []


def test_groups_are_read_from_left_to_right(specs: list[dg.AssetSpec]) -> None:
    group = {spec.key: str(spec.group_name) for spec in specs}
    edges = [(group[dep.asset_key], group[spec.key]) for spec in specs for dep in spec.deps]
    assert len(edges) > 100
    assert backward(iter(edges)) == []


def test_an_edge_that_runs_backwards_would_be_seen() -> None:
    """The negative control."""
    assert backward(iter([("raw", "clean"), ("report", "fact")])) == [("report", "fact")]


def test_every_dependency_is_an_asset(specs: list[dg.AssetSpec]) -> None:
    keys = {spec.key for spec in specs}
    assert {dep.asset_key for spec in specs for dep in spec.deps} <= keys


def test_every_column_of_a_table_has_words_in_both_languages(specs: list[dg.AssetSpec]) -> None:
    schemas = [spec.metadata["dagster/column_schema"] for spec in specs if "dagster/column_schema" in spec.metadata]
    columns = [column for schema in schemas for column in schema.columns]
    without_columns = [
        name for name in ASSETS.split() if name.split("/")[0] in ("door", "release", "published", "page")
    ]
    assert len(schemas) == len(ASSETS.split()) - len(without_columns)
    assert [column.name for column in columns if " | " not in (column.description or "")] == []


def test_checks_of_tables_stop_what_comes_after_and_the_arrival_of_files_only_warns() -> None:
    graph = whole_location().resolve_asset_graph()
    checks = {key: graph.get_check_spec(key) for key in graph.asset_check_keys}
    on_time = {key.asset_key.to_user_string() for key in checks if key.name == "arrives_on_time"}
    assert on_time == {name for name in ASSETS.split() if name.startswith("raw/")}
    assert not any(spec.blocking for key, spec in checks.items() if key.name == "arrives_on_time")
    assert all(spec.blocking for key, spec in checks.items() if key.name == "grain")
    assert all(spec.description for spec in checks.values())


def test_feeds_and_what_people_read_have_a_time_by_which_they_are_stale(specs: list[dg.AssetSpec]) -> None:
    fresh = {spec.key.to_user_string(): spec.freshness_policy for spec in specs if spec.freshness_policy}
    assert set(fresh) == {name for name in ASSETS.split() if name.split("/")[0] in ("raw", "published", "page")}
    hours = {name: window.fail_window.to_timedelta().total_seconds() / 3600 for name, window in fresh.items()}
    assert hours["raw/loan"] == 48  # its header says: due: 2 days
    assert hours["raw/enrolment"] == 30 * 24
    assert hours["published/mart"] == 50


def test_no_published_table_has_a_column_of_the_name_of_one_that_stays_in() -> None:
    """The door refuses it once everything has run; here it is heard at once."""
    kept_in = {c.name for model in models().values() for c in model.columns if "sensitive" in c.tags}
    shared = {c.name for model in models().values() if model.layer in PUBLISHED_LAYERS for c in model.columns}
    assert "title" in kept_in
    assert not kept_in & shared
