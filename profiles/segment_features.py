"""What a reader is measured by before segments are looked for, on scales that can be compared.

Counts are taken by their order of magnitude, ratios are trusted as far as the events behind them
reach, and the extreme half per cent is drawn in.  Gender, origin, college and age are no features:
they may describe a segment afterwards.  Finding groups belongs in :mod:`profiles.segment_fit`, naming
them in :mod:`profiles.segment_names`.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Feature:
    """One measure of a reader in a term."""

    name: str
    rests_on: tuple[str, ...] = ()
    """The counts behind a ratio; a count itself rests on nothing."""
    unit: float = 1
    """How much of a count is one: minutes are taken by the hour, or a first short visit would outweigh all others."""


FEATURES = (
    Feature("visit_days"),
    Feature("dwell_minutes", unit=60),
    Feature("loans"),
    Feature("bookings"),
    Feature("resource_days"),
    Feature("guidance"),
    Feature("exam_share", ("visits",)),
    Feature("night_share", ("visits",)),
    Feature("weekend_share", ("visits",)),
    Feature("regularity", ("visits",)),
    Feature("breadth_rarefied", ("classed_loans",)),
    Feature("own_field_share", ("classed_loans",)),
)

COLUMNS = tuple(dict.fromkeys(name for feature in FEATURES for name in (feature.name, *feature.rests_on)))
"""The columns of a portrait that the features are read from."""

HALF_TRUSTED_AT = 5
"""The events at which a reader's own ratio weighs as much as the ratio of the group."""

WINSORISED_ABOVE = 0.995

WEIGHT_OF_RATIOS = 0.5
"""Manner counts half as much as amount: a few visits at night are a habit or an accident."""

FROM_NONE_TO_ONE = float(np.log1p(1))

_CONSTANT_BELOW = 1e-9


@dataclass(frozen=True)
class Scale:
    """The yardstick of one group of readers, frozen in the term it was taken in."""

    features: tuple[Feature, ...]
    usual: Matrix
    """What an unknown value is taken to be: neither much nor little."""
    caps: Matrix
    means: Matrix
    deviations: Matrix

    @classmethod
    def of(cls, people: pl.DataFrame) -> Self:
        """The yardstick these readers give, without the features that tell none of them apart."""
        features = tuple(feature for feature in FEATURES if _values(people, feature.name) is not None)
        usual = np.array([_usual(people, feature) for feature in features])
        levels = _levels(people, features, usual)
        caps = np.quantile(levels, WINSORISED_ABOVE, axis=0) if features else usual
        drawn_in = np.minimum(levels, caps)
        means, spread = drawn_in.mean(axis=0), drawn_in.std(axis=0)
        telling = spread > _CONSTANT_BELOW
        deviations = np.array([_deviation(people, *each) for each in zip(features, spread, strict=True)])
        kept = tuple(feature for feature, is_kept in zip(features, telling, strict=True) if is_kept)
        return cls(kept, usual[telling], caps[telling], means[telling], deviations[telling])

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    @property
    def dropped(self) -> tuple[str, ...]:
        """The features that could not be used here."""
        return tuple(feature.name for feature in FEATURES if feature.name not in self.names)

    @property
    def weights(self) -> Matrix:
        return np.array([WEIGHT_OF_RATIOS if feature.rests_on else 1.0 for feature in self.features])

    def points(self, people: pl.DataFrame) -> Matrix:
        """Each reader as distances from the average, in standard deviations times weight."""
        levels = np.minimum(_levels(people, self.features, self.usual), self.caps)
        points: Matrix = (levels - self.means) / self.deviations * self.weights
        return points

    def point(self, position: int, values: Matrix, events: float) -> Matrix:
        """Where values of one feature lie; of a ratio, with so many events behind it."""
        feature, usual = self.features[position], self.usual[position]
        trust = events / (events + HALF_TRUSTED_AT)
        level = trust * values + (1 - trust) * usual if feature.rests_on else np.log1p(values / feature.unit)
        level = np.minimum(level, self.caps[position])
        point: Matrix = (level - self.means[position]) / self.deviations[position] * self.weights[position]
        return point

    def possible(self, position: int) -> Matrix:
        """The values a feature can have: every whole number of a count, hundredths of a ratio."""
        most = float(self.caps[position])
        if self.features[position].rests_on:
            return np.arange(0, max(most, 1) + 0.01, 0.01)
        return np.arange(0, np.ceil(np.expm1(most) * self.features[position].unit) + 1)

    def events(self, people: pl.DataFrame, position: int) -> Matrix:
        """What each reader's ratio rests on; nothing for a count."""
        return _events(people, self.features[position])

    def as_data(self) -> dict[str, Any]:
        """The yardstick as lists of words and numbers, from which it can be made again."""
        features = [[feature.name, feature.unit, *feature.rests_on] for feature in self.features]
        arrays = {name: getattr(self, name).tolist() for name in ("usual", "caps", "means", "deviations")}
        return {"features": features, **arrays}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        features = tuple(Feature(name, tuple(rests_on), unit) for name, unit, *rests_on in data["features"])
        usual, caps, means, deviations = (np.array(data[n]) for n in ("usual", "caps", "means", "deviations"))
        return cls(features, usual, caps, means, deviations)

    def differences(self, centre: Matrix) -> dict[str, float]:
        """How far a centre lies from the average in each feature, in standard deviations."""
        return dict(zip(self.names, (centre / self.weights).tolist(), strict=True))


def _levels(people: pl.DataFrame, features: tuple[Feature, ...], usual: Matrix) -> Matrix:
    columns = [_level(people, feature, typical) for feature, typical in zip(features, usual, strict=True)]
    return np.column_stack(columns) if columns else np.empty((people.height, 0))


def _level(people: pl.DataFrame, feature: Feature, usual: float) -> Matrix:
    values = _values(people, feature.name)
    if values is None:
        return np.full(people.height, usual)
    if not feature.rests_on:
        return np.where(np.isnan(values), usual, np.log1p(np.nan_to_num(values) / feature.unit))
    events = np.where(np.isnan(values), 0, _events(people, feature))
    trust = events / (events + HALF_TRUSTED_AT)
    level: Matrix = trust * np.nan_to_num(values) + (1 - trust) * usual
    return level


def _usual(people: pl.DataFrame, feature: Feature) -> float:
    values = _values(people, feature.name)
    if values is None:
        raise ValueError(f"{feature.name} holds no value to take the usual from")
    if not feature.rests_on:
        return float(np.nanmean(np.log1p(values / feature.unit)))
    grounded = values[~np.isnan(values) & (_events(people, feature) > 0)]
    return float(grounded.mean()) if grounded.size else 0.0


def _deviation(people: pl.DataFrame, feature: Feature, spread: float) -> float:
    """What counts as one: of a count, at least the step from none to one, or a single training would outweigh a term of visits.

    Of a ratio, the spread before it is shrunk, so that what nobody can be trusted in stays small.
    """
    if not feature.rests_on:
        return max(spread, FROM_NONE_TO_ONE)
    values = _values(people, feature.name)
    if values is None:
        return spread
    grounded = values[~np.isnan(values) & (_events(people, feature) > 0)]
    return max(float(grounded.std()), spread) if grounded.size else spread


def _events(people: pl.DataFrame, feature: Feature) -> Matrix:
    counts = (_values(people, name) for name in feature.rests_on)
    events = np.zeros(people.height)
    for count in counts:
        events += 0 if count is None else np.nan_to_num(count)
    return events


def _values(people: pl.DataFrame, name: str) -> Matrix | None:
    """A column as numbers with gaps, or nothing where it was never recorded."""
    if name not in people.columns or people[name].is_null().all():
        return None
    values: Matrix = people[name].cast(pl.Float64).to_numpy().astype(np.float64)
    if name == "dwell_minutes" and (days := _values(people, "visit_days")) is not None:
        values = np.where(np.isnan(values) & (days == 0), 0, values)  # nobody stays who does not come
    return values
