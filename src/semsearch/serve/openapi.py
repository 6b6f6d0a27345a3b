"""The OpenAPI document: what FastAPI makes of the routes, with our problems in place of its own."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from semsearch.serve.guard.guard import Guard
from semsearch.serve.problems import Problem, problems
from semsearch.serve.v1.described import without_null
from semsearch.serve.v1.examples import OF_DOCUMENTS

# The ways to send an API key, where one is asked for.
_KEYS = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "password": {"type": "http", "scheme": "basic"},
}
_ITS_OWN = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI, guard: Guard) -> None:
    """Have ``/openapi.json`` describe every answer, errors included, and how to be let in by ``guard``."""
    refused = problems(*([401] if guard.keys else []), *([429] if guard.buckets else []))
    of_routes = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = of_routes()
            # What is answered and read by hand, FastAPI does not know.
            _, by_hand = models_json_schema(
                [(Problem, "serialization")],
                ref_template="#/components/schemas/{model}",
            )
            components = found.setdefault("components", {})
            components["examples"] = {name: {"value": value} for name, value in OF_DOCUMENTS.items()}
            for path in found["paths"].values():
                for operation in path.values():
                    operation["responses"] |= {str(status): what for status, what in refused.items()}
                    for parameter in operation.get("parameters", []):
                        schema = parameter["schema"] = without_null(parameter["schema"])
                        if parameter["required"]:
                            parameter["example"] = schema["examples"][0]  # where viewers look for it
            schemas = components.setdefault("schemas", {})
            schemas.update(by_hand["$defs"])
            for name in _ITS_OWN:
                schemas.pop(name, None)
            if guard.keys:
                components["securitySchemes"] = _KEYS
                found["security"] = [{name: []} for name in _KEYS]
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]
