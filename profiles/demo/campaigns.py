"""Campaigns in which readers are written to, the trials of the last term, and what they bring about.

Belongs here: who is offered what, who is held out, who answers, and the loans that one service adds to the exports.
Of the trials one helps by exactly as much as is planted, one does nothing, one is a call to readers who had stopped
borrowing, of whom many borrow again without it, and one is still running when the term ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from profiles.demo.archetypes import ARCHETYPES
from profiles.demo.calendar import Term
from profiles.demo.catalogue import KINDS, SUBJECTS, Catalogue
from profiles.demo.colleges import COLLEGES, LEVELS, STAFF
from profiles.demo.draw import DAY_SECONDS, Ints, Random, choose, midnight, moments, picked, stream
from profiles.demo.feedback import campaign_of
from profiles.demo.loans import further_loans
from profiles.demo.people import People

WINDOW_DAYS = 28
PLANTED = 0.08
GAINED_COPY = 991  # copies of a title that nobody else is given
NINE = 9 * 3600
ARMS = ("服务组", "对照组")
ANSWERS = ("", "已送达", "已读", "已点击", "接受", "拒绝", "退订")
READ = ANSWERS.index("已读")
ANSWER_SHARES = (0.12, 0.33, 0.27, 0.14, 0.09, 0.035, 0.015)
WEARY = 0.6  # of the shares of those who answer, with each further message in a term


class Trial(NamedTuple):
    """A service offered to people drawn by chance in the last term; ``day`` counts from its first, or back from its last."""

    code: str
    service: str
    name: str
    day: int
    share: float  # of the students
    lift: float


class Wave(NamedTuple):
    """A message of an earlier term, sent to a part of the students with nobody held out."""

    service: str
    name: str
    channel: str
    unit: str
    day: int
    share: float


TRIALS = (
    Trial("T1", "major_classics", "专业经典推介", 37, 0.4, PLANTED),
    Trial("T2", "personal_study", "个性化学习空间推介", 42, 0.4, 0.0),
    Trial("T4", "discussion_rooms", "研讨空间体验", -20, 0.2, 0.0),
)
RETURN = Trial("T3", "general_reading_list", "好久不见：明远读书单", 50, 1.0, 0.0)
WAVES = (
    Wave("general_reading_list", "新学期明远读书单", "微信", "阅读推广部", 14, 0.25),
    Wave("discussion_rooms", "研讨空间开放预约", "微信", "空间服务部", 44, 0.15),
    Wave("major_classics", "学科经典导读", "邮件", "学科服务部", 51, 0.1),
)
FILM = ("文明阅览宣传片：请轻声", "environment", "大屏", "读者服务部")
"""Shown to everybody and sent to nobody; complaints of noise become fewer with it (:mod:`profiles.demo.feedback`)."""


@dataclass(frozen=True)
class Trials:
    """Who was served and who held out in each trial of a term, and the loans that came of it."""

    term: Term
    arms: dict[Trial, tuple[Ints, Ints]]
    gained: pl.DataFrame
    """Records in the columns of the circulation system."""

    def planted(self) -> dict[str, Any]:
        """By trial, the service, the share of those served that it led to do what they would not have done, and the arms."""
        return {
            trial.code: {
                "service": trial.service,
                "lift": len(self.gained) / len(served) if trial.lift and len(served) else 0.0,
                "served": len(served),
                "held_out": len(held_out),
            }
            for trial, (served, held_out) in self.arms.items()
        }


def draw_trials(
    seed: int, people: People, catalogue: Catalogue, begun: pl.DataFrame, term: Term, others: Ints
) -> Trials:
    """The trials of a term; ``begun`` are its loans without any of them, ``others`` take part in none."""
    random = stream(seed, "arms")
    students = random.permutation(np.setdiff1d(_students(people, term), others))
    ends = np.cumsum([int(trial.share * len(students)) for trial in TRIALS])
    drawn = dict(zip(TRIALS, np.split(students, ends)[: len(TRIALS)], strict=True))
    arms = {trial: (who[::2], who[1::2]) for trial, who in drawn.items()}
    helped = next(trial for trial in TRIALS if trial.lift)
    gained = _gained(seed, people, catalogue, begun, term, helped, arms[helped][0])
    silent = np.setdiff1d(_without_loans(people, begun, gained, term), others)
    arms[RETURN] = (silent, np.array([], dtype=np.int64))
    return Trials(term, arms, gained)


def assignments(people: People, trials: Trials) -> pl.DataFrame:
    """The list of each trial as the department that drew it keeps it."""
    lists = [
        pl.DataFrame(
            {
                "试验编号": _code(trials.term, trial.code),
                "服务代码": trial.service,
                "学工号": people.column("number", np.concatenate(arms)),
                "组别": picked(ARMS, np.repeat([0, 1], [len(own) for own in arms])),
                "分组时间": f"{trials.term.days[trial.day]} 09:00:00",
                "观察天数": WINDOW_DAYS,
                "计划检出差异": PLANTED if len(arms[1]) else None,
            },
            schema_overrides={"计划检出差异": pl.Float64},
        )
        for trial, arms in trials.arms.items()
    ]
    return pl.concat(lists).sort("试验编号", "学工号")


def campaign_list(terms: Sequence[Term]) -> pl.DataFrame:
    """Every campaign of the terms; the trials and the film against noise are the last term's."""
    rows = [
        (_code(term, f"W{n}"), wave.name, wave.service, wave.channel, wave.unit, term.days[wave.day])
        for term in terms[:-1]
        for n, wave in enumerate(WAVES, start=1)
    ]
    last = terms[-1]
    rows += [
        (_code(last, trial.code), trial.name, trial.service, "邮件", "学科服务部", last.days[trial.day])
        for trial in (*TRIALS, RETURN)
    ]
    rows.append((_code(last, "Q1"), *FILM, campaign_of(last).begins))
    return pl.DataFrame(rows, ["推送编号", "名称", "目的", "渠道", "负责部门", "开始日期"], orient="row")


def draw_contacts(seed: int, people: People, terms: Sequence[Term], trials: Trials) -> pl.DataFrame:
    """Every message with its answer; who has been written to before in the term answers less."""
    random = stream(seed, "contacts")
    sent = []
    for term in terms[:-1]:
        students = _students(people, term)
        for n, wave in enumerate(WAVES, start=1):
            chosen = random.choice(students, int(wave.share * len(students)), replace=False)
            sent.append((term, _code(term, f"W{n}"), _morning(term, wave.day), np.sort(chosen)))
    last = trials.term
    for trial, (served, _) in trials.arms.items():
        sent.append((last, _code(last, trial.code), _morning(last, trial.day), np.sort(served)))
    return _answered(seed, people, sent)


def _answered(seed: int, people: People, sent: Sequence[tuple[Term, str, int, Ints]]) -> pl.DataFrame:
    random = stream(seed, "answers")
    sizes = [len(persons) for *_, persons in sent]
    who = np.concatenate([persons for *_, persons in sent])
    term, code = (
        pl.Series(name, words).gather(np.repeat(np.arange(len(sent)), sizes))
        for name, words in (("term", [term.code for term, *_ in sent]), ("code", [code for _, code, *_ in sent]))
    )
    at = np.repeat(np.array([moment for *_, moment, _ in sent]), sizes)
    order = pl.DataFrame([pl.Series("who", who), term, pl.Series("at", at)])
    nth = order.select(pl.int_range(pl.len()).over("who", "term", order_by="at")).to_series().to_numpy()
    answer = choose(random, ANSWER_SHARES, len(who))
    tired = (answer >= READ) & (random.random(len(who)) > WEARY**nth)
    answer = np.where(tired, READ - 1, answer)
    later = moments(at + random.integers(60, 3 * DAY_SECONDS, len(who))).alias("反馈时间")
    return pl.DataFrame(
        [
            code.alias("推送编号"),
            people.column("number", who).alias("学工号"),
            moments(at).alias("发送时间"),
            picked(ANSWERS, answer).alias("反馈"),
            later.set(pl.Series(answer < READ), None),
        ]
    )


def _gained(
    seed: int, people: People, catalogue: Catalogue, begun: pl.DataFrame, term: Term, trial: Trial, served: Ints
) -> pl.DataFrame:
    """A loan of the own field for so many of those served, none of whom borrows anything while watched by themselves."""
    random = stream(seed, "gained")
    starts = _morning(term, trial.day)
    busy = begun.filter(pl.col("loaned").is_between(midnight(term.days[trial.day]), starts + WINDOW_DAYS * DAY_SECONDS))
    ever = people.archetype[served] != [kind.code for kind in ARCHETYPES].index("none")
    free = served[ever & ~people.column("number", served).is_in(busy["reader"].to_list()).to_numpy()]
    who = random.choice(free, min(round(trial.lift * len(served)), len(free)), replace=False)
    codes = [subject.code for subject in SUBJECTS]
    subject = np.array([codes.index(unit.subjects[0]) for unit in COLLEGES])[people.college_in(term.half)[who]]
    title = _titles(random, catalogue, subject)
    loaned = (
        starts + random.integers(2, WINDOW_DAYS - 2, len(who)) * DAY_SECONDS + random.integers(0, 8 * 3600, len(who))
    )
    returned = loaned + random.integers(5, 25, len(who)) * DAY_SECONDS
    return further_loans(people, catalogue, term, who, title, loaned, returned, GAINED_COPY)


def _titles(random: Random, catalogue: Catalogue, subject: Ints) -> Ints:
    """A Chinese book of each subject that stands under its own class."""
    code = picked([own.code for own in SUBJECTS], np.repeat(np.arange(len(SUBJECTS)), np.diff(catalogue.begins)))
    titles = catalogue.titles.with_columns(code=code)
    fits = pl.col("call_number").str.starts_with(pl.col("code")) & (pl.col("kind") == KINDS[0])
    places = np.flatnonzero(titles.select(fits.fill_null(False)).to_series().to_numpy())
    first, last = (np.searchsorted(places, catalogue.begins[subject + n]) for n in (0, 1))
    chosen: Ints = places[first + (random.random(len(subject)) * (last - first)).astype(np.int64)]
    return chosen


def _without_loans(people: People, begun: pl.DataFrame, gained: pl.DataFrame, term: Term) -> Ints:
    """Bachelors of the first two years who have borrowed nothing in the term so far, and whom no other trial leads to."""
    students = _students(people, term)
    young = (people.level[students] == LEVELS.index("bachelor")) & (term.half - people.enters_in[students] < 4)
    before = begun.filter(pl.col("loaned") < _morning(term, RETURN.day))["reader"]
    readers = [*before.unique(), *gained["读者条码"]]
    silent: Ints = students[young & ~people.column("number", students).is_in(readers).to_numpy()]
    return silent


def _students(people: People, term: Term) -> Ints:
    present = people.present(term.half)
    students: Ints = present[people.level[present] != STAFF]
    return students


def _morning(term: Term, day: int) -> int:
    return midnight(term.days[day]) + NINE


def _code(term: Term, code: str) -> str:
    return f"{term.code}-{code}"
