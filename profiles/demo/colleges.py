"""The invented university: its colleges, their majors, and what is planted in each.

Belongs here: facts about units that people are drawn from.  No person, and no real university.
"""

from dataclasses import dataclass
from typing import NamedTuple

LEVELS = ("bachelor", "master", "doctor", "staff")
STAFF = LEVELS.index("staff")
LEVEL_SHARES = (0.62, 0.26, 0.07, 0.05)
LEVEL_VISITS = (1.05, 1.0, 0.75, 0.3)
LEVEL_LOANS = (0.9, 1.25, 1.6, 0.9)

# Persons a year in the institute that is small whatever the size of the campus: its cells must be withheld.
TINY_INTAKE = 4


class Major(NamedTuple):
    """A major and the length of its bachelor's programme; 0 years where it admits no bachelors."""

    name: str
    years: float = 4.0


@dataclass(frozen=True)
class College:
    """A college; ``visits`` and ``loans`` are planted multipliers, ``subjects`` the CLC classes of its own field."""

    code: str
    name: str
    campus: str
    weight: float
    visits: float
    loans: float
    science_share: float
    missed_share: float
    liking: float
    subjects: tuple[str, ...]
    majors: tuple[Major, ...]
    master_years: float = 3.0

    @property
    def is_tiny(self) -> bool:
        return self.weight == 0.0


COLLEGES = (
    College(
        *("01", "文学与传媒学院", "老校区", 0.09, 1.15, 1.85, 0.03, 0.08, 0.10, ("I2", "H1", "G2")),
        (Major("中国语言文学"), Major("新闻学"), Major("广告学")),
    ),
    College(
        *("02", "外国语学院", "老校区", 0.07, 1.00, 1.40, 0.03, 0.09, 0.05, ("H3", "I5", "I7")),
        (Major("英语"), Major("日语"), Major("法语")),
    ),
    College(
        *("03", "历史与哲学学院", "老校区", 0.04, 1.05, 2.20, 0.02, 0.06, 0.15, ("K2", "B2", "K1", "B9")),
        (Major("历史学"), Major("哲学")),
    ),
    College(
        *("04", "计算机学院", "江畔校区", 0.13, 0.80, 0.60, 0.45, 0.13, -0.05, ("TP3", "O1", "TN9")),
        (Major("软件工程"), Major("计算机科学与技术"), Major("人工智能"), Major("网络空间安全")),
    ),
    College(
        *("05", "数学与物理学院", "江畔校区", 0.07, 0.95, 1.05, 0.40, 0.09, 0.0, ("O1", "O4", "P1")),
        (Major("数学与应用数学"), Major("物理学"), Major("统计学")),
    ),
    College(
        *("06", "化学与材料学院", "江畔校区", 0.08, 0.85, 0.65, 0.40, 0.10, 0.0, ("O6", "TB3", "TQ0")),
        (Major("化学"), Major("材料科学与工程"), Major("化学工程与工艺")),
    ),
    College(
        *("07", "机械工程学院", "江畔校区", 0.11, 0.70, 0.50, 0.50, 0.15, -0.15, ("TH1", "TG5", "TB1")),
        (Major("机械工程"), Major("车辆工程"), Major("工业设计")),
    ),
    College(
        *("08", "土木与建筑学院", "江畔校区", 0.09, 0.75, 0.70, 0.35, 0.12, -0.05, ("TU2", "TU9", "J59")),
        (Major("土木工程"), Major("建筑学", 5.0), Major("城乡规划", 5.0)),
    ),
    College(
        *("09", "经济管理学院", "老校区", 0.14, 1.25, 0.95, 0.05, 0.11, 0.05, ("F2", "F8", "C93")),
        (Major("会计学"), Major("金融学"), Major("工商管理"), Major("信息管理与信息系统")),
        2.5,
    ),
    College(
        *("10", "法学院", "老校区", 0.07, 1.35, 1.25, 0.02, 0.07, 0.10, ("D9", "C91", "B84")),
        (Major("法学"), Major("社会学")),
    ),
    College(
        *("11", "医学院", "江畔校区", 0.11, 1.45, 0.75, 0.25, 0.08, 0.0, ("R4", "R9", "R74", "Q5")),
        (Major("临床医学", 5.0), Major("护理学"), Major("药学")),
    ),
    College(
        *("12", "未来技术研究院", "江畔校区", 0.0, 0.90, 0.80, 0.60, 0.10, 0.0, ("TP1", "O4")),
        (Major("量子信息", 0.0), Major("类脑智能", 0.0)),
    ),
)


def majors() -> list[tuple[int, Major]]:
    """Every major with the position of its college; a major's own position is its place in this list."""
    return [(position, major) for position, college in enumerate(COLLEGES) for major in college.majors]
