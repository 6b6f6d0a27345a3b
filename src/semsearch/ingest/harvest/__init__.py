"""Papers from services that know them: asked for politely, gone on with after a kill, then what is new."""

from __future__ import annotations

from semsearch.ingest.harvest.harvesting import HarvestReport, harvest
from semsearch.request import Request

__all__ = ["HarvestReport", "Request", "harvest"]
