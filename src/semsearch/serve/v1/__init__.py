"""The HTTP interface, version 1."""

from fastapi import APIRouter

from semsearch.serve.answering import Answering
from semsearch.serve.live import Live
from semsearch.serve.v1 import feeds, papers, relating, searching


def router(live: Live, answering: Answering) -> APIRouter:
    """All of `/v1`, answering from ``live``."""
    routes = APIRouter(prefix="/v1", tags=["papers"])
    for part in (searching, papers, relating, feeds):
        part.add(routes, live, answering)
    return routes
