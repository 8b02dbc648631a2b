"""Traces of a whole server: one span an operation, and nothing in them that users wrote."""

import sys
from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from aura_gql.infra.tracing import create_traces
from aura_gql.settings import SettingsError
from tests.support.api import running_api, settings_for
from tests.support.collector import Collector, attributes_of, collecting
from tests.support.journeys import finished, ready_project, running_sandbox
from tests.support.operations import CODE, SAVE

MARK = "canary"


def test_without_a_collector_there_are_none(tmp_path: Path) -> None:
    assert create_traces(settings_for(tmp_path, "none"), "1.2.3") is None


def test_missing_packages_are_a_wrong_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.delitem(sys.modules, "aura_gql.infra.otlp_traces", raising=False)
    settings = settings_for(tmp_path, "none", server={"tracing_otlp_endpoint": "http://127.0.0.1:9"})
    with pytest.raises(SettingsError, match=r"TRACING_OTLP_ENDPOINT: .*aura-gql\[tracing\]"):
        create_traces(settings, "1.2.3")


async def the_main_job(uri: str, folder: Path, database: Database, collector: Collector) -> None:
    server: dict[str, object] = {"tracing_otlp_endpoint": collector.url}
    async with running_api(uri, folder, database, server=server) as api:
        ada = await api.sign_in(f"{MARK}-ada")
        project = await ready_project(ada, name=f"{MARK}-project")
        sandbox = await running_sandbox(ada, project)
        await ada.execute(SAVE, input={"projectId": project, "path": f"{MARK}.txt", "content": f"{MARK}-content"})
        code: dict[str, object] = {"sandboxId": sandbox, "language": "PYTHON", "code": f"print('{MARK}-output')"}
        payload = (await ada.execute(CODE, input=code))["executeCode"]
        await finished(ada, payload["execution"]["id"])
        query = f"query Mine($name: String) {{ {MARK}Alias: viewer {{ id }} }} # {MARK}"
        body = {"query": query.replace("($name: String)", ""), "variables": {"name": f"{MARK}-variable"}}
        headers = {"authorization": f"Bearer {ada.bearer}", "x-request-id": "request-17", "cookie": MARK}
        await api.http.post("/graphql", json=body, headers=headers)
        await api.http.post("/graphql", json={"query": f"{{ {MARK}Field }}"})


async def test_every_operation_has_a_span_without_its_text(
    mongodb_uri: str, database: Database, tmp_path: Path
) -> None:
    with collecting() as collector:
        await the_main_job(mongodb_uri, tmp_path, database, collector)
    assert MARK.encode() not in b"".join(collector.bodies)
    spans = {span.name: attributes_of(span) for span in collector.spans}
    assert spans.keys() >= {"mutation executeCode", "subscription executionOutput", "query viewer", "unknown other"}
    assert spans["query viewer"] == {
        "graphql.operation.type": "query",
        "graphql.operation.name": "Mine",
        "aura.field": "viewer",
        "aura.outcome": "OK",
        "aura.transport": "http",
        "aura.request_id": "request-17",
    }
    assert spans["unknown other"]["aura.outcome"] == "GRAPHQL_VALIDATION_FAILED"
