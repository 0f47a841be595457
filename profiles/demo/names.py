"""Made-up names and contacts: a product of surnames and given names, and numbers that no one can hold.

Belongs here: direct identifiers as a real hub would carry them.  They exist to be dropped at the door.
"""

import numpy as np
import polars as pl

from profiles.demo.draw import Ints, Random, picked

SURNAMES = (
    *("赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨", "朱", "秦", "尤"),
    *("许", "何", "吕", "施", "张", "孔", "曹", "严", "华", "金", "魏", "陶", "姜", "谢", "邹", "欧阳", "司徒", "上官"),
)
FIRST_PARTS = ("", "一", "思", "若", "子", "雨", "文", "嘉", "明", "慕", "晓", "亦", "知", "清", "景", "书", "安", "云")
LAST_PARTS = (
    *("鸣", "远", "溪", "白", "宁", "然", "航", "涵", "琪", "轩", "岚", "珂", "舟", "衡", "野", "苒", "朗", "昕", "柠"),
    *("越", "澈", "禾", "屿", "霁", "笙", "曦", "烁", "芷", "彦", "棠", "泽", "霖"),
)
# Names that break careless programs: very short and long ones, dots, quotes, commas, letters outside GBK.
ODD_NAMES = (
    "阿依夏木·吐尔逊示例",
    "Nora O'Sample",
    'Ivy "Test" Placeholder',
    "Sample, Anna-Maria",
    "王𠮷示",
    "李㛃例",
    "于　例",
    "欧阳上官示例之",
)
ODD_SHARE = 0.004


def names(random: Random, size: int) -> pl.Series:
    """A name for each person, a few of them odd."""
    parts = [picked(words, random.integers(0, len(words), size)) for words in (SURNAMES, FIRST_PARTS, LAST_PARTS)]
    plain = parts[0] + parts[1] + parts[2]
    odd = random.random(size) < ODD_SHARE
    which = random.integers(0, len(ODD_NAMES), size)
    sure = random.permutation(size)[: len(ODD_NAMES)]  # so that each occurs on the smallest campus, too
    odd[sure], which[sure] = True, np.arange(len(sure))
    chosen = picked(ODD_NAMES, which)
    return chosen.zip_with(pl.Series(odd), plain).alias("name")


def contacts(random: Random, number: pl.Series, birth_year: Ints) -> pl.DataFrame:
    """Identity card, phone and e-mail; region 999999, prefix 100 and example.edu belong to nobody."""
    size = len(number)
    month, day = random.integers(1, 13, size), random.integers(1, 29, size)
    tail = random.integers(0, 1000, size)
    check = picked("0123456789X", random.integers(0, 11, size))
    phone = random.integers(0, 10**8, size)
    frame = pl.DataFrame({"year": birth_year, "month": month, "day": day, "tail": tail, "phone": phone})
    return frame.select(
        id_card=pl.format("999999{}{}{}{}{}", "year", padded("month", 2), padded("day", 2), padded("tail", 3), check),
        phone=pl.format("100{}", padded("phone", 8)),
        email=pl.format("{}@stu.example.edu", number),
    )


def padded(column: str, width: int) -> pl.Expr:
    """A whole number with zeros in front."""
    return pl.col(column).cast(pl.String).str.zfill(width)
