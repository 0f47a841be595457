"""Services aimed at readers who need them: the catalogue, the need, who may be contacted, and how hard readers are pressed."""

from collections.abc import Sequence

import dagster as dg

from pipelines.frames import Make, frame_assets
from pipelines.serving import service_tables as made
from pipelines.site import models

_LOOKED_AT = ("ref", "clean", "fact", "portrait", "segment")
"""Whatever a site's own catalogue may look at must be there before it does."""
_GATE = [
    "service.contact",
    "service.outcome_event",
    "clean.consent",
    "clean.service_assignment",
    "ref.contact_rule",
    "ref.calendar_day",
    "ref.term",
]
_NOTED = ["ledger.service_contact", "ledger.service_member", "ledger.service_run"]
"""Who is on lists frozen here, whom they reached and whom they hold out."""
_PRESSED = ["service.contact", "portrait.individual", "segment.reader", "ref.term"]


@dg.definitions
def services() -> dg.Definitions:
    every = list(models().values())
    # Whether a feed has ever brought anything is told by its rows, whichever feeds the catalogue names.
    feeds = [*(model.table for model in every if model.is_feed), "ref.feed", "ref.received_day", "clean.booking"]
    looked_at = ["service.catalogue", *(model.table for model in every if model.layer in _LOOKED_AT)]
    candidates = ["service.need", "service.catalogue", "fact.roster", "ref.horizon", *_GATE]
    return dg.Definitions(
        assets=[
            _made(("ref.service_answer",), [], "yaml", made.answers),
            _made(("ref.protected_name",), [], "yaml", made.protected_names),
            _made(made.CATALOGUE, [*feeds, "ref.horizon"], "yaml", made.catalogue_tables),
            _made(made.NEED, looked_at, "duckdb", made.need_tables),
            _made((made.OUTCOME,), looked_at, "duckdb", made.outcome_events),
            _made((made.CANDIDATE,), candidates, "polars", made.candidates, _NOTED),
            _made(("service.pressure",), _PRESSED, "polars", made.pressures),
        ]
    )


def _made(
    tables: tuple[str, ...], reads: list[str], kind: str, make: Make, noted: Sequence[str] = ()
) -> dg.AssetsDefinition:
    return frame_assets(tables[0].replace(".", "_"), [models()[table] for table in tables], reads, {kind}, make, noted)
