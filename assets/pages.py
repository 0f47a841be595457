"""Pages for people: a report for every template, the data dictionary, and the data-quality page."""

import hashlib
from dataclasses import replace
from typing import Any

import dagster as dg

from assets.published import EXAMPLES
from assets.releases import RELEASE
from pipelines.portraying.past import definitions_of
from pipelines.releasing.release import released_tables
from pipelines.releasing.told import is_told, known_again, note_told, told_as
from pipelines.reporting.data_use import data_use_pages
from pipelines.reporting.dictionary import dictionary_page
from pipelines.reporting.quality import quality_page
from pipelines.reporting.recipients import shelves_of
from pipelines.reporting.report_files import lying, terms_written, write_documents, write_lists
from pipelines.reporting.standing import templates
from pipelines.reports import Template, read_templates, whose
from pipelines.site import Site, models
from pipelines.tables import OWNERS, asset_key
from pipelines.warehouse import Warehouse
from profiles.captions import SiteWords, Words


@dg.definitions
def pages() -> dg.Definitions:
    reports = [_report(template) for template in read_templates() if not template.is_for_site]
    return dg.Definitions(assets=[*reports, dictionary, quality, data_use])


def _report(template: Template) -> dg.AssetsDefinition:
    page = f"page.{template.name}"

    @dg.asset(
        key=asset_key(page),
        deps=[asset_key(RELEASE), *(asset_key(table) for table in template.reads)],
        description=f"{template.title.zh} | {template.title.en} | {template.description}",
        group_name="page",
        owners=OWNERS,
        kinds={"jinja", "html", "typst"} if template.is_printed else {"jinja", "html"},
    )
    def report(warehouse: Warehouse, site: Site) -> dg.MaterializeResult[Any]:
        shelves = shelves_of(site.campus)
        words = replace(_words(warehouse, site), edition=_edition(template))
        as_now = told_as(warehouse, site, template.reads, words, templates(template.path.parent), shelves.of(""))
        lay = known_again(warehouse, page)
        stands = is_told(warehouse, page, as_now, template.reads) and lay == lying(
            template, shelves, lay.split("/")[:-1]
        )
        if stands:
            write_lists(shelves, words)
        else:
            headings = {name: _headings(name) for name in template.reads}
            where = {name: whose(template, columns) for name, columns in headings.items()}
            tables = released_tables(warehouse, site, template.reads, where)
            written = write_documents(template, tables, shelves, words, headings)
            note_told(warehouse, page, as_now, lying(template, shelves, terms_written(shelves, written)))
        return dg.MaterializeResult(
            metadata={"is_new": not stands, "folder": dg.MetadataValue.path(str(site.campus.reports))}
        )

    return report


@dg.asset(
    key=["page", "dictionary"],
    deps=[asset_key("published.mart")],
    group_name="page",
    owners=OWNERS,
    kinds={"jinja", "html"},
)
def dictionary(warehouse: Warehouse, site: Site) -> dg.MaterializeResult[Any]:
    """The data dictionary: every table and column of the warehouse, in words."""
    path = dictionary_page(models().values(), EXAMPLES, warehouse, site.campus.reports, _words(warehouse, site))
    return dg.MaterializeResult(metadata={"page": dg.MetadataValue.path(str(path))})


@dg.asset(
    key=["page", "quality"],
    deps=[asset_key("published.mart"), asset_key("report.source")],
    group_name="page",
    owners=OWNERS,
    kinds={"jinja", "html"},
)
def quality(warehouse: Warehouse, site: Site) -> dg.MaterializeResult[Any]:
    """The data-quality page: what came, what was refused, what was expected; counts only."""
    path = quality_page(warehouse, site.campus.reports, _words(warehouse, site))
    return dg.MaterializeResult(metadata={"page": dg.MetadataValue.path(str(path))})


@dg.asset(
    key=["page", "data_use"],
    deps=[asset_key("published.mart"), asset_key("service.catalogue")],
    group_name="page",
    owners=OWNERS,
    kinds={"jinja", "html"},
)
def data_use(warehouse: Warehouse, site: Site) -> dg.MaterializeResult[Any]:
    """What the library does with readers' data, for everybody: sources, purposes, rights, and how long things are kept."""
    written = data_use_pages(site, warehouse, _words(warehouse, site))
    return dg.MaterializeResult(metadata={"pages": len(written)})


def _edition(template: Template) -> str:
    """A mark that changes when the definition of any table behind a report does."""
    versions = definitions_of([table for table in template.reads if table in models()])
    return hashlib.sha256(repr(versions).encode()).hexdigest()[:8]


def _headings(table: str) -> dict[str, str]:
    """What stands over a table's columns in a spreadsheet."""
    return {column.name: f"{column.label_zh} {column.label_en}" for column in models()[table].columns}


def _words(warehouse: Warehouse, site: Site) -> SiteWords:
    campus = site.campus
    ((as_of,),) = warehouse.rows_of("select max(as_of) from ref.horizon")
    return SiteWords(
        name=Words(campus.name.zh, campus.name.en),
        unit=Words(campus.unit.zh, campus.unit.en),
        small_cell=campus.small_cell,
        as_of=str(as_of or ""),
    )
