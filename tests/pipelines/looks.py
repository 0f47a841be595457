"""A file looked at before anything is configured, and what is shown of it."""

import io
from pathlib import Path
from typing import Any

from rich.console import Console

from pipelines.receiving.inspection import Inspection, inspect, told
from tests.pipelines.landing import contracts

LOANS = "读者条码,条码号,题名,索书号,馆藏地,文献类型,借出日期,应还日期,归还日期,续借次数\n2023010199,B1,红楼梦,I242.4/1,总馆,图书,2025-09-08 10:00:00,2025-10-08,,0\n"


def look(folder: Path, content: str | bytes, name: str = "export.csv", **options: Any) -> Inspection:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return inspect(path, "Asia/Shanghai", contracts(), **options)


def printed(found: Inspection) -> str:
    shown = io.StringIO()
    console = Console(file=shown, width=200)
    for part in told(found):
        console.print(part)
    return shown.getvalue()
