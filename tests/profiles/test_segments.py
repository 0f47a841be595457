"""Readers are found in the kinds they were made as, each for a reason, and move only when they change."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

from profiles import segment_features
from profiles import segments as placing
from profiles.segment_features import FEATURES, Scale
from profiles.segment_model import EVERYBODY, freeze
from profiles.segment_names import name_clusters, read_names
from profiles.segment_tables import CENTRE, MODEL
from profiles.segments import READER, segment_readers
from tests.profiles.segment_people import DICTIONARY, QUICK, moved_share, published, readers, segment


def test_the_planted_kinds_are_found_and_rightly_named() -> None:
    people = readers(600)
    found = segment(people).reader.join(people, on=["patron_key", "term"])
    active = found.filter("is_active")
    assert adjusted_rand_score(active["truth"], active["segment"]) > 0.85
    assert (active["truth"] == active["segment"]).sum() > 0.9 * active.height


def test_where_nothing_was_planted_the_truth_is_not_found() -> None:
    """The control: the same people with their kinds dealt out anew."""
    people = readers(600)
    shuffled = people["truth"].shuffle(seed=3)
    found = segment(people).reader
    assert adjusted_rand_score(shuffled, found["segment"]) < 0.05


def test_people_without_kinds_are_not_given_stable_ones() -> None:
    """The control: one cloud of people, of which every cut is as good as another."""
    rng = np.random.default_rng(5)
    noise = {feature.name: rng.normal(40, 5, 400) for feature in FEATURES}
    people = readers(400).with_columns(**{name: pl.Series(values) for name, values in noise.items()}, is_active=True)
    found = segment(people)
    assert not found.model["is_accepted"].any()
    assert found.model.filter("is_chosen")["verdict"].to_list() == ["not stable enough to publish"]
    assert set(found.reader["segment"]) == {"active"}, "nobody downstream sees a name"
    assert found.centre.is_empty()
    assert found.drift.is_empty()


def test_the_same_people_in_any_order_give_the_same_tables() -> None:
    people = readers(300, terms=2)
    once = segment(people)
    again = segment(people.sample(fraction=1, shuffle=True, seed=11))
    assert once.reader.equals(again.reader)
    assert once.model.equals(again.model)
    assert once.centre.equals(again.centre)
    assert once.candidate.equals(again.candidate)
    assert once.drift.equals(again.drift)


def test_rules_come_before_likeness() -> None:
    people = readers(100).with_columns(
        pl.Series("is_exposed", [False, False, False, *[True] * 97]),
        pl.Series("measured", [True, False, True, False, False, *[True] * 95]),
        pl.Series("is_active", [True, True, False, True, False, False, None, *[True] * 93]),
    )
    found = segment(people).reader
    assert found["segment"][:7].to_list() == [*["not_exposed"] * 3, *["not_measured"] * 2, *["no_use"] * 2]
    ruled = found[:7].select("is_mixed", "margin", "reason_1", "alternative").unique()
    assert ruled.rows() == [(False, None, None, None)]
    assert not found[7:]["segment"].is_in(["not_exposed", "not_measured", "no_use"]).any()


def test_every_reader_has_one_segment_and_each_has_a_label() -> None:
    people = readers(300, terms=2)
    found = segment(people).reader
    assert found.select("patron_key", "term").equals(people.select("patron_key", "term").sort("patron_key", "term"))
    assert set(found["segment"]) <= set(DICTIONARY["segment"])


def test_no_two_clusters_share_a_name() -> None:
    people = readers(900)
    models = published(freeze(people, DICTIONARY, settings=replace(QUICK, clusters=(5,))))
    centre = segment_readers(people, models).centre
    names = centre.select("level_group", "segment").unique()
    assert names.group_by("level_group").len()["len"].unique().to_list() == [5]


def test_nobody_moves_while_nobody_changes() -> None:
    people = readers(300)
    later = people.with_columns(term=pl.lit("2025-2026-2"))
    found = segment(pl.concat([people, later])).reader
    assert found.group_by("patron_key").agg(pl.col("segment").n_unique())["segment"].unique().to_list() == [1]


def test_only_those_who_change_move() -> None:
    people = readers(300)
    changed = (pl.col("truth") == "light") & (pl.col("patron_key") < "p00100") & pl.col("is_active")
    borrowing = [
        pl.when(changed).then(value).otherwise(pl.col(name)).alias(name)
        for name, value in (("loans", 25), ("breadth_rarefied", 7))
    ]
    later = people.with_columns(*borrowing, term=pl.lit("2025-2026-2")).cast(people.schema)
    found = segment(pl.concat([people, later])).reader
    before, after = found.partition_by("term")
    is_changed = people.select(changed).to_series()
    assert is_changed.sum() > 10
    assert after.filter(~is_changed)["segment"].equals(before.filter(~is_changed)["segment"])
    shares = [(frame.filter(is_changed)["segment"] == "paper_reader").mean() for frame in (before, after)]
    assert shares == [pytest.approx(0, abs=0.1), pytest.approx(1, abs=0.1)]


@pytest.mark.parametrize(("stickiness", "is_quieter"), [(0.2, True), (0.0, False)])
def test_readers_near_a_border_do_not_flutter(
    stickiness: float, is_quieter: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control is the second case: without stickiness, moves are as many as nearness alone makes."""
    people = readers(400, terms=2, likeness=1)
    models = published(freeze(people, DICTIONARY, settings=replace(QUICK, clusters=(4,))))
    moves = []
    for each in (stickiness, 0.0):
        monkeypatch.setattr(placing, "STICKINESS", each)
        moves.append(moved_share(segment_readers(people, models).reader))
    assert (moves[0] < moves[1]) == is_quieter


def test_a_reason_names_what_sets_a_reader_apart() -> None:
    people = readers(600)
    found = segment(people).reader
    borrowers = found.filter(pl.col("segment") == "paper_reader", ~pl.col("is_mixed"))
    first_two = pl.col("reason_1").is_in(["loans:+", "breadth_rarefied:+"])
    assert borrowers.select(first_two.mean()).item() > 0.9
    assert (found["alternative"] != found["segment"]).all()


def test_groups_of_their_own_are_large_and_the_others_are_measured_against_everybody() -> None:
    people = readers(400)
    segments = segment(people, replace(QUICK, clusters=(3,), least_group=200))
    assert segments.model["level_group"].to_list() == [EVERYBODY, "undergraduate"]
    active = people.filter("is_active")
    persons = [active.height, active.filter(pl.col("level_group") == "undergraduate").height]
    assert segments.model["persons"].to_list() == persons


@pytest.mark.parametrize(("number", "expected"), [(30, {"active", "no_use"}), (0, set())])
def test_too_few_people_are_not_divided(number: int, expected: set[str]) -> None:
    people = readers(number) if number else readers(1).head(0)
    segments = segment(people)
    assert set(segments.reader["segment"]) | {"no_use"} == expected | {"no_use"}
    assert segments.model.is_empty()
    assert segments.centre.is_empty()
    assert dict(segments.reader.schema) == {name: kind() for name, kind in READER.items()}
    assert dict(segments.model.schema) == {name: kind() for name, kind in MODEL.items()}
    assert dict(segments.centre.schema) == {name: kind() for name, kind in CENTRE.items()}


def test_a_library_that_lends_and_counts_nothing_else_has_segments() -> None:
    elsewhere = [feature.name for feature in FEATURES if feature.name != "loans"]
    people = readers(500).with_columns(pl.lit(None, pl.Float64).alias(name) for name in elsewhere)
    people = people.with_columns(is_active=pl.col("loans") > 0)
    segments = segment(people)
    assert set(segments.model["dropped_features"]) == {",".join(elsewhere)}
    chosen = segments.model.filter("is_chosen")
    assert chosen["k"].to_list() == [3]
    assert set(segments.centre["segment"]) == {"paper_reader", "moderate", "light"}


def test_people_who_all_do_the_same_are_not_divided() -> None:
    people = readers(100).with_columns(pl.lit(3.0).alias(feature.name) for feature in FEATURES)
    segments = segment(people.with_columns(is_active=True))
    assert set(segments.reader["segment"]) == {"active"}


def test_a_ratio_is_trusted_as_far_as_the_visits_behind_it_reach() -> None:
    """Usual night share 0.5; with 5 visits a reader's own 1.0 weighs half, with none nothing."""
    base = {"visits": [5, 20, 0], "night_share": [1.0, 0.0, None]}
    scale = Scale.of(pl.DataFrame({**base, "loans": [1, 2, 3]}))
    night = scale.names.index("night_share")
    levels = (
        scale.points(pl.DataFrame(base))[:, night] / scale.weights[night] * scale.deviations[night] + scale.means[night]
    )
    assert levels == pytest.approx([min(0.75, scale.caps[night]), 0.1, 0.5])


@pytest.mark.parametrize(("least", "is_found"), [(segment_features.FROM_NONE_TO_ONE, True), (0.0, False)])
def test_one_training_among_few_does_not_outweigh_a_term_of_use(
    least: float, is_found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measured by its own spread alone, which is the control, a rare count splits every kind in two."""
    monkeypatch.setattr(segment_features, "FROM_NONE_TO_ONE", least)
    people = readers(1_500)
    went = pl.Series("guidance", np.random.default_rng(9).random(people.height) < 0.08).cast(pl.Int64)
    told = segment(people.with_columns(went), replace(QUICK, clusters=(4,))).reader
    assert (adjusted_rand_score(people.sort("patron_key")["truth"], told["segment"]) > 0.95) == is_found


def test_a_name_is_not_given_to_a_cluster_that_contradicts_it() -> None:
    names = read_names(DICTIONARY)
    much_but_unread = {"visit_days": 1.5, "dwell_minutes": 1.5, "loans": -0.6, "bookings": 0.9}
    found = name_clusters([much_but_unread, dict.fromkeys(much_but_unread, 0.8)], names)
    assert found == (["seat_anchored", "all_round"], True)


def test_more_clusters_than_names_have_no_answer() -> None:
    assert name_clusters([{"loans": 1.0}] * 9, read_names(DICTIONARY)) is None
