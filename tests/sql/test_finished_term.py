"""Finished terms: what is foretold from them is there from the term's last day on, for those in scope who allow it."""

from tests.drawn import shown

PEOPLE = ("ann", "bo", "cy")


def each(*measures: str) -> str:
    """A table with the same figure for everybody in both terms."""
    lines = [f"{who} | {term} | {' | '.join('7' * len(measures))}" for who in PEOPLE for term in ("autumn", "spring")]
    return "\n".join([f"patron_key | term | {' | '.join(measures)}", *lines])


def finished(build, until_on: str, refusal: str = ""):
    return build(
        "fact.finished_term",
        ref__term="term | ends_on\nautumn | 2026-01-18\nspring | 2026-07-05",
        ref__term_so_far=f"term | until_on\nautumn | 2026-01-18\nspring | {until_on}",
        fact__roster="patron_key | term | is_exposed | study_year\n"
        + "\n".join(f"{who} | {term} | {who != 'cy'} | 2" for who in PEOPLE for term in ("autumn", "spring")),
        fact__presence=each("visit_days", "dwell_minutes"),
        fact__reading=each("loans"),
        fact__space_use=each("bookings"),
        fact__activity=each("active_days", "recency_open_days"),
        fact__participation=each("events_attended"),
        clean__refusal=f"patron_key | purpose\n{refusal}",
    )


def test_a_term_is_there_from_its_last_day_on(build) -> None:
    assert shown(finished(build, "2026-07-04"), "patron_key", "term") == {("ann", "autumn"), ("bo", "autumn")}
    everything = {(who, term) for who in ("ann", "bo") for term in ("autumn", "spring")}
    assert shown(finished(build, "2026-07-05"), "patron_key", "term") == everything


def test_whoever_refuses_to_be_recommended_anything_is_left_out(build) -> None:
    found = finished(build, "2026-07-04", "ann | recommendation\nbo | segmentation")
    assert shown(found, "patron_key", "study_year", "visit_days") == {("bo", "2", "7")}
