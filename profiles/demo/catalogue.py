"""The books of the invented library: titles, authors and call numbers, all made up.

Belongs here: what can be borrowed.  Who borrows it does not.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from profiles.demo.colleges import COLLEGES
from profiles.demo.draw import Floats, Ints, Random, choose, picked, stream
from profiles.demo.names import FIRST_PARTS, LAST_PARTS, SURNAMES


class Subject(NamedTuple):
    """A class of the shelf order, what its books are about, and how far everyone reads in it."""

    code: str
    topics: tuple[str, ...]
    appeal: float = 0.2


SUBJECTS = (
    Subject("A84", ("经典著作选读",), 0.3),
    Subject("B2", ("先秦思想", "中国哲学史", "心性之学"), 0.8),
    Subject("B84", ("心理学与生活", "认知心理", "情绪与记忆"), 1.6),
    Subject("B9", ("世界宗教概览",), 0.15),
    Subject("C91", ("社会学的想象", "城市社会研究"), 0.8),
    Subject("C93", ("管理学原理", "组织行为"), 0.6),
    Subject("D9", ("民法总论", "刑法案例", "法理学"), 0.6),
    Subject("F2", ("战略管理", "人力资源", "项目管理"), 0.6),
    Subject("F8", ("公司金融", "货币银行", "投资学"), 0.8),
    Subject("G2", ("新闻写作", "传播研究方法", "图书馆史话"), 0.4),
    Subject("G4", ("学习的方法", "大学生活"), 0.5),
    Subject("H1", ("古代汉语", "修辞与表达"), 0.3),
    Subject("H3", ("英语词汇", "学术英语写作", "日语会话"), 1.6),
    Subject("I2", ("山河旧事", "长夜将明", "小城年月", "星海航行"), 4.5),
    Subject("I247.57", ("河岸之书", "无名岛", "雪线以上"), 3.0),
    Subject("I5", ("北方短篇集", "远海诗选"), 1.4),
    Subject("I7", ("草原书简", "河口故事"), 1.0),
    Subject("J2", ("素描入门", "中国绘画"), 0.6),
    Subject("J59", ("建筑空间", "建筑艺术赏析"), 0.3),
    Subject("K1", ("世界史纲", "海洋与文明"), 0.7),
    Subject("K2", ("王朝兴替", "制度与社会", "近代中国"), 1.6),
    Subject("K82", ("学人小传",), 0.5),
    Subject("O1", ("数学分析", "线性代数", "概率论"), 0.9),
    Subject("O4", ("普通物理", "量子力学"), 0.4),
    Subject("O6", ("有机化学", "物理化学"), 0.3),
    Subject("P1", ("星空观测",), 0.2),
    Subject("Q5", ("生物化学",), 0.2),
    Subject("R4", ("诊断学基础", "护理案例"), 0.2),
    Subject("R74", ("神经与精神医学",), 0.1),
    Subject("R9", ("药理学",), 0.15),
    Subject("TB1", ("工程力学",), 0.15),
    Subject("TB3", ("材料科学导论",), 0.15),
    Subject("TG5", ("切削与工艺",), 0.05),
    Subject("TH1", ("机械设计", "机构学"), 0.15),
    Subject("TN9", ("信号与系统", "通信网络"), 0.2),
    Subject("TP1", ("自动控制原理",), 0.2),
    Subject("TP3", ("数据结构", "程序设计", "机器学习", "操作系统"), 1.2),
    Subject("TQ0", ("化工原理",), 0.05),
    Subject("TU2", ("建筑设计资料", "住宅设计"), 0.15),
    Subject("TU9", ("城市规划原理",), 0.1),
    Subject("Z2", ("百科小识",), 0.1),
)
FORMS = ("", "教程", "导论", "十讲", "(第3版)", "习题与解答", ", 从问题到方法", '与"例外"')
FOREIGN_SHARE, FOREIGN_CALL_SHARE, PERIODICAL_SHARE, UNCLASSED_SHARE = 0.06, 0.4, 0.02, 0.01
OWN_FIELD_SHARE = 0.5
TITLES_PER_PATRON, FEWEST_TITLES, MOST_TITLES = 3, 3_000, 200_000
KINDS = ("中文图书", "外文图书", "期刊合订本")


@dataclass(frozen=True)
class Catalogue:
    """Titles in the order of their subjects; subject ``n`` holds titles ``begins[n]`` to ``begins[n + 1]``."""

    begins: Ints
    titles: pl.DataFrame  # title, author, call_number, kind


def make_catalogue(seed: int, patrons: int) -> Catalogue:
    """A stock that grows with the campus."""
    random = stream(seed, "catalogue")
    size = min(max(TITLES_PER_PATRON * patrons, FEWEST_TITLES), MOST_TITLES)
    share = np.array([0.3 + subject.appeal for subject in SUBJECTS])
    held = np.maximum((size * share / share.sum()).astype(np.int64), 1)
    subject = np.repeat(np.arange(len(SUBJECTS)), held)
    kind = choose(random, (1 - FOREIGN_SHARE - PERIODICAL_SHARE, FOREIGN_SHARE, PERIODICAL_SHARE), len(subject))
    frame = pl.DataFrame({"title": _titles(random, subject, kind), "author": _authors(random, kind)})
    return Catalogue(
        np.concatenate([[0], np.cumsum(held)]),
        frame.with_columns(call_number=_call_numbers(random, subject, kind), kind=picked(KINDS, kind)),
    )


def reading_shares() -> Floats:
    """For each college the share of its loans in each subject: half its own field, half what everyone reads."""
    appeal = np.array([subject.appeal for subject in SUBJECTS])
    own = np.array([[subject.code in unit.subjects for subject in SUBJECTS] for unit in COLLEGES], dtype=np.float64)
    shares: Floats = (
        OWN_FIELD_SHARE * own / own.sum(axis=1, keepdims=True) + (1 - OWN_FIELD_SHARE) * appeal / appeal.sum()
    )
    return shares


def _titles(random: Random, subject: Ints, kind: Ints) -> pl.Series:
    """A topic of the subject with an ending; foreign books have foreign titles."""
    topics = [topic for subject in SUBJECTS for topic in subject.topics]
    counts = np.array([len(subject.topics) for subject in SUBJECTS])
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])[subject]
    topic = first + (random.random(len(subject)) * counts[subject]).astype(np.int64)
    plain = picked(topics, topic) + picked(FORMS, random.integers(0, len(FORMS), len(subject)))
    foreign = "Collected Papers, vol. " + pl.Series(random.integers(1, 400, len(subject))).cast(pl.String)
    return foreign.zip_with(pl.Series(kind == 1), plain)


def _authors(random: Random, kind: Ints) -> pl.Series:
    parts = [picked(words, random.integers(0, len(words), len(kind))) for words in (SURNAMES, FIRST_PARTS, LAST_PARTS)]
    written = parts[0] + parts[1] + parts[2] + " 著"
    return pl.Series(["Doe, J."]).new_from_index(0, len(kind)).zip_with(pl.Series(kind == 1), written)


def _call_numbers(random: Random, subject: Ints, kind: Ints) -> pl.Series:
    """Shelf marks; some foreign books stand in an order of their own, a few books in none."""
    size = len(subject)
    book = pl.Series(random.integers(1, 5000, size)).cast(pl.String)
    further = picked(("", "1", "2", "3", "-43", "=6"), random.integers(0, 6, size))
    own = picked([subject.code for subject in SUBJECTS], subject) + further + "/" + book
    abroad = picked(("QA76.9", "HF5415", "PR6066", "QC174.12"), random.integers(0, 4, size)) + "/K" + book
    elsewhere = (kind == 1) & (random.random(size) < FOREIGN_CALL_SHARE)
    marks = abroad.zip_with(pl.Series(elsewhere), own)
    return marks.set(pl.Series(random.random(size) < UNCLASSED_SHARE), None)
