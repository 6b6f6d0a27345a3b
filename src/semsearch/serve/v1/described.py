"""Answers for the OpenAPI document, as FastAPI takes them under ``responses``."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from semsearch.serve.citation import FORMATS
from semsearch.serve.feed import MEDIA_TYPE as ATOM
from semsearch.serve.problems import problems
from semsearch.serve.v1.examples import EXPORTS
from semsearch.serve.v1.parameters import Export

FORM = "application/x-www-form-urlencoded"
Described = dict[int | str, dict[str, Any]]

_TAG = {"ETag": {"description": "Changes with the generation.", "schema": {"type": "string"}}}
_NAME = {"Content-Disposition": {"description": "The file's name.", "schema": {"type": "string"}}}
_OF_GET: Described = {
    304: {"description": "What `If-None-Match` names is still what the answer would be."},
    **problems(414),
}
_FEED = """<?xml version='1.0' encoding='utf-8'?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>urn:uuid:0a5f4a5e-3d3c-5d0b-9d2a-5a3f2d0f6c11</id>
  <title>New papers: what is the structure of DNA?</title>
  <updated>2026-11-02T04:00:00Z</updated>
  …
</feed>
"""


def answer(*models: type[BaseModel], files: bool = False) -> Described:
    """A document that nobody keeps: the answer to a POST.

    Args:
        models: What it may be.
        files: Whether there is the same as a file in each form of citation.
    """
    model: Any = models[0]
    for other in models[1:]:
        model = model | other
    named = {each.__name__: {"$ref": f"#/components/examples/{each.__name__}"} for each in models}
    content = {"application/json": {"examples": named}} | (_citations() if files else {})
    return {200: {"description": "Found.", "model": model, "content": content}}


def kept(found: Described) -> Described:
    """The same as the answer to a GET, which may be kept and asked for again by its tag."""
    return {200: found[200] | {"headers": found[200].get("headers", {}) | _TAG}} | _OF_GET


def file() -> Described:
    """Papers as a file."""
    of_papers = {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Paper"}}}
    content = {"application/json": of_papers} | _citations()
    return {200: {"description": "The file.", "content": content, "headers": _NAME}}


def feed() -> Described:
    """A feed."""
    content = {ATOM: {"schema": {"type": "string"}, "example": _FEED}}
    return kept({200: {"description": "The feed.", "content": content}})


def export() -> dict[str, Any]:
    """What to export, in either form; FastAPI does not know it because it is read by hand."""
    of_json: dict[str, Any] = Export.model_json_schema()
    fields = {name: without_null(schema) for name, schema in of_json["properties"].items()}
    schemas = {"application/json": of_json, FORM: of_json | {"properties": fields}}
    content = {media_type: {"schema": schema, "examples": EXPORTS} for media_type, schema in schemas.items()}
    return {"required": True, "content": content}


def without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Addresses and forms have no null: what may be left out is left out."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    kind: dict[str, Any] = kinds[0]
    return kind | {name: value for name, value in schema.items() if name != "anyOf"}


def _citations() -> dict[str, Any]:
    """Every form of citation but JSON."""
    return {
        form.media_type.partition(";")[0]: {"schema": {"type": "array" if name == "csl" else "string"}}
        for name, form in FORMATS.items()
        if name != "json"
    }
