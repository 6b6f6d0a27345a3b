"""The dashboard and the alerts ask for what a service tells, and all of that is documented."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client.parser import text_string_to_metric_families

from semsearch.serve.metrics import REASONS
from tests.serve.serving import live_on, serving
from tests.support import CORPUS

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
DASHBOARD = json.loads((ROOT / "docs" / "grafana.json").read_text(encoding="utf-8"))
RULES = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8"))
_SCRAPED = {"instance", "job"}  # labels that Prometheus adds


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Names of samples, and their labels."""
    with serving(live_on(tmp_path_factory.mktemp("index"), CORPUS)) as client:
        client.get("/v1/search", params={"q": "double helix"})
        client.get("/nowhere")
        text = client.get("/metrics").text
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def _expressions() -> Iterator[tuple[str, str]]:
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield f"panel {panel['title']}", target["expr"]
    for group in RULES["groups"]:
        for rule in group["rules"]:
            yield f"alert {rule['alert']}", rule["expr"]


@pytest.mark.parametrize(("where", "expression"), [*_expressions()], ids=lambda each: each[:40])
def test_what_is_asked_for_is_told(where: str, expression: str, exposed: dict[str, set[str]]) -> None:
    names = set(re.findall(r"\bsemsearch_\w+", expression))
    assert not names - set(exposed), where
    assert names or expression.startswith("up{"), where
    known = set.union(_SCRAPED, *(exposed[name] for name in names))
    for name, selector in re.findall(r"(\w+)\{([^}]*)\}", expression):
        for label in re.findall(r"(\w+)\s*(?:=|!=|=~|!~)\s*\"", selector):
            assert label in _SCRAPED | exposed.get(name, set()), f"{where}: {name} has no label {label}"
    for grouped in re.findall(r"\b(?:by|without)\s*\(([^)]*)\)", expression):
        assert {label.strip() for label in grouped.split(",")} <= known, where
    for opened, closed in ("()", "{}", "[]"):
        assert expression.count(opened) == expression.count(closed), where
    for reason in re.findall(r'reason!?="(\w+)"', expression):
        assert reason in REASONS, where


def test_a_quantile_is_taken_of_buckets_by_their_bounds() -> None:
    for where, expression in _expressions():
        if "histogram_quantile" in expression:
            assert re.search(r"sum by \(le\b[^)]*\) \(rate\(semsearch_\w+_bucket\{", expression), where


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    """The parts of Grafana's JSON model that an import needs, and no panel over another."""
    assert {"uid", "title", "schemaVersion", "panels", "templating", "time", "version"} <= set(DASHBOARD)
    variables = {each["name"]: each for each in DASHBOARD["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    covered: dict[tuple[int, int], str] = {}
    for panel in DASHBOARD["panels"]:
        assert panel["type"] in {"timeseries", "stat"}
        assert panel["datasource"]["uid"] == "${datasource}"
        assert panel["targets"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert covered.setdefault((x, y), panel["title"]) == panel["title"]
        used = set(re.findall(r"\$(\w+)", json.dumps(panel))) - {"__rate_interval"}
        assert used <= set(variables)
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_every_metric_and_every_reason_is_documented(exposed: dict[str, set[str]]) -> None:
    for name, labels in exposed.items():
        plain = re.sub(r"_(bucket|count|sum)$", "", name)
        told = re.search(rf"`{plain}(?:\{{([\w,]+)\}})?`", PAGE)
        assert told, f"docs/operating.md does not name {plain}"
        assert set((told[1] or "").split(",")) - {""} == labels - {"le"}, plain
    for reason in REASONS:
        assert f"`{reason}`" in PAGE, reason


def test_every_alert_has_something_to_do(exposed: dict[str, set[str]]) -> None:
    rules: list[dict[str, Any]] = [rule for group in RULES["groups"] for rule in group["rules"]]
    named = set(re.findall(r"^\| `(Semsearch\w+)`", PAGE, re.MULTILINE))
    assert {rule["alert"] for rule in rules} == named
    for rule in rules:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert "{{ $labels.instance }}" in rule["annotations"]["summary"]
        assert re.search(r"\bby \([^)]*\binstance\b", rule["expr"]) or rule["expr"].startswith("up{")
