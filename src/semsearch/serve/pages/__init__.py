"""The pages that people read. Rendered here; the scripts only enhance."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from semsearch.serve.answering import Answering
from semsearch.serve.live import Live
from semsearch.serve.pages import assets
from semsearch.serve.pages import map as landscape

__all__ = ["router"]


def router(live: Live, answering: Answering) -> APIRouter:
    """The pages of an application, and all they load."""
    routes = APIRouter(include_in_schema=False)
    routes.include_router(landscape.router(live, answering))

    @routes.get("/static/{name}")
    def static(name: str) -> Response:
        asset = assets.assets().get(name)
        if asset is None:
            return PlainTextResponse("No such file.", HTTPStatus.NOT_FOUND)
        headers = {"Cache-Control": assets.FOREVER, "X-Content-Type-Options": "nosniff"}
        return Response(asset.content, media_type=asset.media_type, headers=headers)

    return routes
