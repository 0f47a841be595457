"""What the campus hub and the card office export: students, staff, cards.

Belongs here: frames with the headings and codes of those systems.  Files and encodings do not.
"""

import numpy as np
import polars as pl

from profiles.demo.calendar import Term
from profiles.demo.colleges import COLLEGES, STAFF, majors
from profiles.demo.draw import picked
from profiles.demo.people import GRADUATED, People

LEVEL_CODES = ("3", "2", "1")


def student_snapshot(people: People, term: Term) -> pl.DataFrame:
    """Every student the hub lists on the first day of a term."""
    status = people.status(term.half)
    who = np.flatnonzero((status != "") & (people.level != STAFF))
    college = people.college_in(term.half)[who]
    moved = pl.Series(term.half >= people.moves_in[who])
    resumed = term.half - people.leaves_in[who] >= 2
    entered = people.enters_in[who] // 2
    return pl.DataFrame(
        {
            "XH": people.column("number", who),
            "XM": people.column("name", who),
            "XBM": people.column("sex", who),
            "SFZJH": people.column("id_card", who),
            "SJH": people.column("phone", who),
            "DZYX": people.column("email", who),
            "RXNY": pl.Series(entered).cast(pl.String) + "09",
            "XZ": pl.Series(people.years[who]).cast(pl.String),
            "PYCCM": picked(LEVEL_CODES, people.level[who]),
            "XSDQZTM": status[who].tolist(),
            "DWH": picked([unit.code for unit in COLLEGES], college),
            "SSXYMC": picked([unit.name for unit in COLLEGES], college),
            "ZYMC": picked([major.name for _, major in majors()], people.major_in(term.half)[who]),
            "BJMC": people.column("moved_class_group", who).zip_with(moved, people.column("class_group", who)),
            "SZNJ": pl.Series(entered + resumed).cast(pl.String),
            "XQMC": picked([unit.campus for unit in COLLEGES], college),
        }
    )


def staff_snapshot(people: People, term: Term) -> pl.DataFrame:
    """Every member of staff on the first day of a term, and those who have just left."""
    status = people.status(term.half)
    who = np.flatnonzero((status != "") & (people.level == STAFF))
    college = people.college[who]
    return pl.DataFrame(
        {
            "GH": people.column("number", who),
            "XM": people.column("name", who),
            "XBM": people.column("sex", who),
            "SFZJH": people.column("id_card", who),
            "SJH": people.column("phone", who),
            "DWH": picked([unit.code for unit in COLLEGES], college),
            "DWMC": picked([unit.name for unit in COLLEGES], college),
            "RZRQ": pl.Series(people.enters_in[who] // 2).cast(pl.String) + "-07-01",
            "ZT": picked(("在职", "离职"), (status[who] == GRADUATED).astype(np.int64)),
        }
    )
