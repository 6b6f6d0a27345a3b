"""`/docs`: the OpenAPI document to read and to try, in Swagger UI, whose files come from here."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

_ASSETS = files("fastapi_offline") / "static"  # what FastAPI itself would have a browser fetch from a CDN
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>semsearch: the HTTP interface</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<main id="viewer"></main>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#viewer",
  deepLinking: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
"""
_MEDIA_TYPES = {"js": "text/javascript", "css": "text/css"}
# The viewer writes styles into its elements; scripts come from here alone, and nothing from elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

Asset = Literal["start.js", "swagger-ui-bundle.js", "swagger-ui.css"]


def router() -> APIRouter:
    """The page and its files."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/docs")
    async def viewer() -> Response:
        return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})

    @routes.get("/docs/{name}")
    def asset(name: Asset) -> Response:
        content = _START if name == "start.js" else (_ASSETS / name).read_text(encoding="utf-8")
        media_type = _MEDIA_TYPES[name.rpartition(".")[2]]
        return Response(content, headers={"Cache-Control": "max-age=3600"}, media_type=media_type)

    return routes
