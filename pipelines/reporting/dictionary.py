"""The data dictionary as a page, made from the same models that make the tables."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.models import Model
from pipelines.paths import REPORTS
from pipelines.publish import Example
from pipelines.reporting.report_files import write_page
from pipelines.reports import read_template, render_page
from pipelines.warehouse import Warehouse
from profiles.captions import SiteWords


def dictionary_page(
    models: Iterable[Model], examples: Iterable[Example], warehouse: Warehouse, folder: Path, words: SiteWords
) -> Path:
    """Write ``dictionary.html`` and say where it is."""
    template = read_template(REPORTS / "dictionary.html.j2")
    rows = {table: warehouse.rows(table) for table in warehouse.tables()}
    page = {
        "tables": [_table(model, rows.get(model.table)) for model in models],
        "examples": [asdict(example) for example in examples],
    }
    return write_page(folder / "dictionary.html", render_page(template, page, words))


def _table(model: Model, rows: int | None) -> dict[str, Any]:
    return {
        "table": model.table,
        "layer": model.layer,
        "description": model.description,
        "grain": ", ".join(model.grain),
        "rows": rows,
        "columns": [
            {
                "name": column.name,
                "type": column.type.lower(),
                "label_zh": column.label_zh,
                "label_en": column.label_en,
                "description": column.description,
                "tags": sorted(column.tags),
                "sources": [{"table": table, "column": name} for table, name in sorted(column.sources)],
            }
            for column in model.columns
        ],
        "checks": [{"name": name, "rule": rule} for name, rule in model.checks.items()],
        "sql_path": model.file,
    }
