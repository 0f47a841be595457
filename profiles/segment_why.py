"""Why a reader is in a segment or not, and what would have to be otherwise.

A segment given by rule has conditions in a row; the first that fails is the answer.  For a segment of a
frozen model the answer is which measure, by itself, would have to move how far; it is asked of the same
function that places readers, so that what it says is what would happen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from profiles.segment_features import Matrix
from profiles.segment_fit import distances_to
from profiles.segment_model import Frozen, in_force
from profiles.segments import ACTIVE, Placed, place, segment_readers, serving, settled

WANTED = {"not_exposed": 0, "not_measured": 1, "no_use": 2, ACTIVE: 3}
"""How many of the conditions a segment given by rule needs before the one that must fail; a cluster needs them all."""

_STEPS = 200
"""Into how many the way to a centre is cut."""


@dataclass(frozen=True)
class Move:
    """A measure that would have to be otherwise."""

    feature: str
    now: float | None
    """Nothing where it could not be told of the reader."""
    needed: float


@dataclass(frozen=True)
class Answer:
    """Whether a reader is in a segment in a term, and why."""

    term: str
    segment: str
    own: str
    held: tuple[bool, ...]
    """Whether the reader was here, was measured, was active, and is told of by a model that holds still."""
    failing: int | None
    """The first condition that is otherwise than the segment needs; nothing where none is."""
    is_known: bool
    """Whether the model of the reader's level group has such a segment."""
    is_kept: bool
    """Whether the segment is the nearest, but not by enough to leave that of the term before."""
    reasons: tuple[str, ...]
    margin: float | None
    alternative: str | None
    moves: tuple[Move, ...]
    """Any one of these would do; or, where none would, all of them together."""
    is_joint: bool

    @property
    def is_in(self) -> bool:
        return self.own == self.segment


def explain(people: pl.DataFrame, models: Sequence[Frozen], term: str, segment: str) -> Answer:
    """The answer for one reader; ``people`` are their rows of every term, as ``segment_readers`` takes them."""
    told = segment_readers(people, models).reader.row(by_predicate=pl.col("term") == term, named=True)
    row = people.row(by_predicate=pl.col("term") == term, named=True)
    model = serving(in_force(models, term), row["level_group"])
    held = (*(bool(row[name]) for name in ("is_exposed", "measured", "is_active")), bool(model and model.is_published))
    placed = next((one for one in place(people, models) if one.term == term), None)
    is_known = segment in WANTED or bool(placed and segment in placed.model.names)
    is_sought = placed is not None and is_known and told["segment"] != segment and segment not in WANTED
    moves, is_joint = _moves(placed, segment) if placed and is_sought else ((), False)
    return Answer(
        term,
        segment,
        told["segment"],
        held,
        _failing(held, segment),
        is_known,
        bool(placed and is_sought and placed.model.names[placed.distances[0].argmin()] == segment),
        tuple(told[name] for name in ("reason_1", "reason_2", "reason_3") if told[name]),
        told["margin"],
        told["alternative"],
        moves,
        is_joint,
    )


def _failing(held: Sequence[bool], segment: str) -> int | None:
    needed = WANTED.get(segment, len(held))
    wanted = [True] * needed + [False] * (needed < len(held))
    return next((place for place, want in enumerate(wanted) if held[place] != want), None)


def _moves(placed: Placed, segment: str) -> tuple[tuple[Move, ...], bool]:
    """The measures that would do by themselves, the shortest way first; else the way to the centre of the segment."""
    wanted = placed.model.names.index(segment)
    single = [_single(placed, wanted, feature) for feature in range(len(placed.model.scale.features))]
    found = sorted((way for way in single if way), key=lambda way: way[0])
    if found:
        return tuple(move for _, move in found[:3]), False
    return tuple(_towards(placed, wanted)), True


def _single(placed: Placed, wanted: int, feature: int) -> tuple[float, Move] | None:
    """How far one measure would have to move by itself, and to which of the values it can have."""
    scale = placed.model.scale
    values = scale.possible(feature)
    points = np.repeat(placed.points, len(values), axis=0)
    points[:, feature] = scale.point(feature, values, _events(placed, feature))
    enough = np.flatnonzero(_is_placed(placed, points, wanted))
    if not len(enough):
        return None
    ways = np.abs(points[enough, feature] - placed.points[0, feature])
    nearest = int(ways.argmin())
    return float(ways[nearest]), Move(scale.names[feature], _now(placed, feature), float(values[enough[nearest]]))


def _towards(placed: Placed, wanted: int) -> Iterator[Move]:
    """What would change most on the straight way to the centre of the segment, as far as it must be gone."""
    scale, own = placed.model.scale, placed.points[0]
    path = own + np.linspace(0, 1, _STEPS)[:, None] * (placed.model.centres[wanted] - own)
    end = path[int(_is_placed(placed, path, wanted).argmax())]
    for feature in np.argsort(-np.abs(end - own), kind="stable")[:3]:
        values = scale.possible(int(feature))
        points = scale.point(int(feature), values, _events(placed, int(feature)))
        needed = float(values[np.abs(points - end[feature]).argmin()])
        yield Move(scale.names[feature], _now(placed, int(feature)), needed)


def _is_placed(placed: Placed, points: Matrix, wanted: int) -> npt.NDArray[np.bool_]:
    before = np.repeat(placed.before, len(points))
    is_there: npt.NDArray[np.bool_] = settled(distances_to(points, placed.model.centres), before) == wanted
    return is_there


def _events(placed: Placed, feature: int) -> float:
    return float(placed.model.scale.events(placed.people, feature)[0])


def _now(placed: Placed, feature: int) -> float | None:
    value = placed.people[placed.model.scale.names[feature]][0]
    return None if value is None else float(value)


Labels = Mapping[str, tuple[str, str]]
"""Words in Chinese and English, by segment or by feature."""

_CONDITIONS = (
    (("本学期不在校", "was away in the term"), ("本学期在校", "was here in the term")),
    (("数据来源不完整", "could not be measured: sources are incomplete"), ("数据来源完整", "could be measured")),
    (("没有使用记录", "did not use the library"), ("有使用记录", "used the library")),
    (
        (
            "所在层次没有足够稳定、可以发布的类型",
            "belongs to a level group whose kinds of use are not stable enough to publish",
        ),
        ("所在层次分出了稳定的类型", "belongs to a level group whose kinds of use hold still"),
    ),
)


def in_words(answer: Answer, segments: Labels, features: Labels) -> Iterator[tuple[str, str]]:
    """The answer as sentences, each in Chinese and English."""
    zh, en = segments[answer.own]
    yes = ("是", "Yes") if answer.is_in else ("否", "No")
    yield f"{yes[0]}：{answer.term}学期属于“{zh}”。", f"{yes[1]}: in {answer.term} the reader is in “{en}”."
    if answer.failing is not None and not answer.is_in:
        zh, en = _CONDITIONS[answer.failing][answer.held[answer.failing]]
        yield f"不符合的条件：{zh}。", f"What does not fit: the reader {en}."
    elif not answer.is_known:
        yield "所在层次的模型没有这一类。", "The model of the reader's level group has no such segment."
    elif answer.is_in and answer.alternative:
        yield from _reasons(answer, segments, features)
    elif answer.moves:
        yield from _wanted(answer, segments, features)


def _reasons(answer: Answer, segments: Labels, features: Labels) -> Iterator[tuple[str, str]]:
    signs = {"+": ("较多", "higher"), "-": ("较少", "lower")}
    told = [(features[name], signs[sign]) for name, _, sign in (reason.partition(":") for reason in answer.reasons)]
    other = segments[str(answer.alternative)]
    yield (
        f"与次近的“{other[0]}”相比：{'、'.join(f'{name[0]}{sign[0]}' for name, sign in told) or '没有突出的差别'}；区分度 {answer.margin:.2f}。",
        f"Beside “{other[1]}”, the nearest other: {', '.join(f'{sign[1]} {name[1]}' for name, sign in told) or 'nothing that stands out'}; margin {answer.margin:.2f}.",
    )


def _wanted(answer: Answer, segments: Labels, features: Labels) -> Iterator[tuple[str, str]]:
    wanted = segments[answer.segment]
    if answer.is_kept:
        yield (
            f"“{wanted[0]}”已是最近的，但还不够近：要明显更近才离开上一学期的群体。",
            f"“{wanted[1]}” is the nearest by now, but only clearly nearer would it take a reader from the term before's segment.",
        )
    zh = [f"{features[move.feature][0]}由{_figure(move.now)}变为{_figure(move.needed)}" for move in answer.moves]
    en = [f"{features[move.feature][1]} {_figure(move.needed)} instead of {_figure(move.now)}" for move in answer.moves]
    if answer.is_joint:
        yield (
            f"没有哪一项单独足够；主要须同时：{'，'.join(zh)}。",
            f"No single measure would do; chiefly all of these: {', '.join(en)}.",
        )
    elif len(answer.moves) == 1:
        yield f"只需一项改变：{zh[0]}。", f"This alone would do: {en[0]}."
    else:
        yield f"以下任何一项即可：{'；或'.join(zh)}。", f"Any one of these would do: {'; or '.join(en)}."


def _figure(value: float | None) -> str:
    if value is None:
        return "?"
    return f"{value:,.0f}" if value == int(value) else f"{value:.2f}"
