"""The services that can be harvested, one module each."""

from __future__ import annotations

from semsearch.ingest.harvest.service import Service
from semsearch.ingest.harvest.services.arxiv import Arxiv
from semsearch.ingest.harvest.services.crossref import Crossref
from semsearch.ingest.harvest.services.hal import Hal
from semsearch.ingest.harvest.services.openalex import OpenAlex
from semsearch.ingest.harvest.services.semanticscholar import SemanticScholar

SERVICES: dict[str, Service] = {
    "openalex": OpenAlex(),
    "arxiv": Arxiv(),
    "hal": Hal(),
    "crossref": Crossref(),
    "semantic-scholar": SemanticScholar(),
}
