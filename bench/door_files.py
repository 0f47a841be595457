"""Exports of any size for the benchmark of the way in: drawn with numpy, written by polars.

The same seed draws the same file.  One line in ten thousand comes twice, and one swipe in a thousand is
a denied one, as exports have it.  What is measured belongs in door.py.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

SHEET = (1 << 20) - 1
"""The records that one sheet of a workbook can hold below its headings."""

_PART = 1_000_000
_PEOPLE, _ITEMS, _TWICE, _DENIED = 40_000, 600_000, 10_000, 1000
_GATES = ["进门1", "进门2", "进门3", "出门1", "出门2", "出门4", "小门1", "小门2"]
_PLACES = ["总馆三层社科借阅区", "总馆四层科技借阅区", "分馆基本书库", "密集书库"]
_WORDS = list("数据结构分析导论红楼梦研究史记选读高等代数大学物理经济原理中国哲学简编")
_DAYS = pl.Series([(date(2018, 9, 1) + timedelta(days=day)).strftime("%Y/%m/%d") for day in range(4000)])
_TIMES = pl.Series([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(86_400)])
_CELL = '<c t="inlineStr"><is><t>'
_MEMBERS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def make(path: Path, what: str, form: str, rows: int, seed: int = 1) -> None:
    """Write a file of so many records."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draw = {"swipes": _swipes, "loans": _loans}[what]
    parts = (draw(start, min(_PART, rows - start), seed) for start in range(0, rows, _PART))
    if form == "xlsx":
        _write_workbook(path, parts)
        return
    with path.open("wb") as file:
        for number, part in enumerate(parts):
            text = io.BytesIO()
            part.write_csv(text, include_header=not number)
            content = text.getvalue()
            file.write(content.decode().encode("gb18030") if form == "gbk" else content)


def repeated(rows: int) -> int:
    """How many of the records that a bare reading loads are the same as the one before."""
    twice = np.arange(_TWICE - 1, rows, _TWICE)
    return int((twice % _DENIED != 0).sum())


def _swipes(start: int, rows: int, seed: int) -> pl.DataFrame:
    draw = np.random.default_rng([seed, start])
    number = _numbers(start, rows)
    frame = pl.DataFrame(
        {
            "卡号": _digits(draw.integers(0, _PEOPLE, rows), 10),
            "闸机名称": pl.Series(_GATES).gather(draw.integers(0, len(_GATES), rows)),
            "通行时间": _moments(number * 3 + seed),
            "结果": pl.Series(["成功", "失败"]).gather((number % _DENIED == 0).astype(np.int64)),
        }
    )
    return frame[_twice(rows)]


def _loans(start: int, rows: int, seed: int) -> pl.DataFrame:
    draw = np.random.default_rng([seed, start])
    out = _numbers(start, rows) * 150 + seed
    words = pl.Series(_WORDS)
    title = pl.DataFrame([words.gather(draw.integers(0, len(_WORDS), rows)).alias(str(n)) for n in range(9)])
    frame = pl.DataFrame(
        {
            "读者条码": _digits(draw.integers(0, _PEOPLE, rows), 10),
            "条码号": _digits(draw.integers(0, _ITEMS, rows), 8),
            "题名": title.select(pl.concat_str(pl.all())).to_series(),
            "索书号": "TP311." + pl.Series(draw.integers(10, 99, rows)).cast(pl.String) + "/42",
            "馆藏地": pl.Series(_PLACES).gather(draw.integers(0, len(_PLACES), rows)),
            "文献类型": pl.repeat("中文图书", rows, eager=True),
            "借出日期": _moments(out).str.replace_all("/", "-", literal=True),
            "应还日期": _moments(out + 30 * 86_400).str.replace_all("/", "-", literal=True),
            "归还日期": _moments(out + draw.integers(3600, 40 * 86_400, rows)).str.replace_all("/", "-", literal=True),
            "续借次数": draw.integers(0, 3, rows),
        }
    )
    return frame[_twice(rows)]


def _numbers(start: int, rows: int) -> np.ndarray:
    return np.arange(start, start + rows)


def _twice(rows: int) -> np.ndarray:
    """Every line by its place, now and then that of the line before instead."""
    places = np.arange(rows)
    return places - (places % _TWICE == _TWICE - 1)


def _digits(numbers: np.ndarray, width: int) -> pl.Series:
    return pl.Series(numbers).cast(pl.String).str.zfill(width)


def _moments(seconds: np.ndarray) -> pl.Series:
    return _DAYS.gather(seconds // 86_400) + " " + _TIMES.gather(seconds % 86_400)


def _write_workbook(path: Path, parts: Iterator[pl.DataFrame]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in _MEMBERS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
            for number, part in enumerate(parts):
                headings = [] if number else [pl.DataFrame([part.columns], schema=part.columns, orient="row")]
                for frame in [*headings, *part.cast(pl.String).iter_slices(50_000)]:
                    cells = pl.concat_str(pl.all(), separator=f"</t></is></c>{_CELL}")
                    lines = frame.select(pl.lit(f"<row>{_CELL}") + cells + "</t></is></c></row>").to_series()
                    sheet.write("".join(lines.to_list()).encode())
            sheet.write(b"</sheetData></worksheet>")
