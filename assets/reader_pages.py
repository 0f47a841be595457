"""Readers' own pages, kept right: those that were written are made anew, those that may no longer be are taken away."""

from typing import Any

import dagster as dg

from pipelines.keeping.keyring import Keyring
from pipelines.reporting.reader_pages import folder_of, keep_right
from pipelines.site import Site
from pipelines.tables import OWNERS, asset_key


@dg.asset(
    key=["page", "reader"],
    deps=[asset_key("published.mart")],
    group_name="page",
    owners=OWNERS,
    kinds={"jinja", "html"},
)
def reader(site: Site) -> dg.MaterializeResult[Any]:
    """Pages that readers were given, as `mingyuan page` wrote them; whoever refuses one loses it with this run."""
    folder, pages = folder_of(site.campus), 0
    if folder.exists():
        keyring = Keyring.load_or_create(site.campus.key_file, None, may_create=False)
        pages = keep_right(site.campus, keyring, folder)
    return dg.MaterializeResult(metadata={"pages": pages})
