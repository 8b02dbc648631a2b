"""The composition root: what the settings make of the application."""

from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aura_gql.app import create_app
from aura_gql.graph.multipart import PREFLIGHT_HEADERS
from aura_gql.infra.mongo import Database
from aura_gql.server import Surroundings
from tests.support.api import SECRET, running_api, settings_for
from tests.support.graph import client_of
from tests.support.waiting import until


async def test_health_is_told(mongodb_uri: str, database: Database, tmp_path: Path) -> None:
    async with running_api(mongodb_uri, tmp_path, database) as api:
        response = await api.http.get("/healthz")

    assert (response.status_code, response.json()["status"]) == (200, "ok")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "NOT_FOUND"),
        ("POST", "/nothing", 404, "NOT_FOUND"),
        ("GET", "/static/%00", 404, "NOT_FOUND"),
        ("GET", "/static/../secret", 404, "NOT_FOUND"),
        ("POST", "/static/x", 405, "BAD_REQUEST"),
        ("POST", "/healthz", 405, "BAD_REQUEST"),
        ("DELETE", "/graphql", 405, "BAD_REQUEST"),
        ("OPTIONS", "/graphql", 405, "BAD_REQUEST"),
        ("POST", "/graphql", 415, "BAD_REQUEST"),
    ],
)
async def test_every_refusal_is_json(tmp_path: Path, method: str, path: str, status: int, code: str) -> None:
    app = create_app(settings_for(tmp_path, "none"), Surroundings("mongodb://127.0.0.1:9", SECRET))
    async with client_of(app) as client:
        response = await client.request(method, path)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/json; charset=utf-8")
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": code, "requestId": response.headers["x-request-id"]}


async def test_other_origins_are_let_in_by_setting_alone(mongodb_uri: str, database: Database, tmp_path: Path) -> None:
    names = f"content-type, {', '.join(PREFLIGHT_HEADERS)}"
    ask = {"access-control-request-method": "POST", "access-control-request-headers": names}
    server: dict[str, object] = {"allowed_origins": ("https://aura.example",)}
    async with running_api(mongodb_uri, tmp_path, database, server=server) as api:
        friend = await api.http.options("/graphql", headers={"origin": "https://aura.example", **ask})
        stranger = await api.http.options("/graphql", headers={"origin": "https://evil.example", **ask})

    assert friend.status_code == 200
    assert friend.headers["access-control-allow-origin"] == "https://aura.example"
    assert friend.headers["access-control-allow-credentials"] == "true"
    assert "access-control-allow-origin" not in stranger.headers


STRICT = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


async def test_every_answer_tells_browsers_to_be_strict(mongodb_uri: str, database: Database, tmp_path: Path) -> None:
    async def broken(request: Request) -> Response:
        raise ZeroDivisionError("a secret")

    server: dict[str, object] = {"allowed_origins": ("https://aura.example",)}
    surroundings = Surroundings(mongodb_uri, SECRET, is_exclusive=True, development_email="dev@localhost")
    app = create_app(settings_for(tmp_path, database.name, server=server), surroundings)
    app.router.routes.append(Route("/broken", broken))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    friend = {"origin": "https://aura.example"}
    ask = friend | {"access-control-request-method": "POST"}
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="https://a") as http:
        answers = {
            "page": await http.get("/graphql", headers={"accept": "text/html"}),
            "home": await http.get("/"),
            "script": await http.get("/static/graphiql/page.js"),
            "no script": await http.get("/static/none.js"),
            "data": await http.post("/graphql", json={"query": "{ __typename }"}),
            "events": await http.post(
                "/graphql", json={"query": "{ __typename }"}, headers={"accept": "text/event-stream"}
            ),
            "refusal": await http.post("/graphql", content=b"[", headers={"content-type": "application/json"}),
            "method": await http.delete("/graphql"),
            "missing": await http.get("/nothing"),
            "too long": await http.post("/graphql", content=b"x" * 9_000_000),
            "health": await http.get("/healthz"),
            "readiness": await http.get("/readyz"),
            "preflight": await http.options("/graphql", headers=ask),
            "failure": await http.get("/broken", headers=friend),
        }

    statuses = [answer.status_code for answer in answers.values()]
    assert statuses == [200, 307, 200, 404, 200, 200, 400, 405, 404, 413, 200, 200, 200, 500]
    for name, answer in answers.items():
        assert {key: answer.headers.get(key) for key in STRICT} == STRICT, name
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; "), name
        assert answer.headers["strict-transport-security"] == "max-age=31536000", name
        assert answer.headers["x-request-id"], name
    failure = answers["failure"]
    assert failure.json()["errors"][0]["extensions"] == {
        "code": "INTERNAL",
        "requestId": failure.headers["x-request-id"],
    }
    assert "secret" not in failure.text
    assert failure.headers["access-control-allow-origin"] == "https://aura.example"


async def test_the_page_signs_the_developer_in(mongodb_uri: str, database: Database, tmp_path: Path) -> None:
    surroundings = Surroundings(mongodb_uri, SECRET, is_exclusive=True, development_email="dev@localhost")
    app = create_app(settings_for(tmp_path, database.name), surroundings)
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as http:
        page = await http.get("http://localhost/", headers={"accept": "text/html"}, follow_redirects=True)
        viewer = await http.post("http://localhost/graphql", json={"query": "{ viewer { email } }"})

    assert "graphiql" in page.text.lower()
    assert viewer.json()["data"] == {"viewer": {"email": "dev@localhost"}}


async def test_without_graphiql_a_browser_gets_no_page(mongodb_uri: str, database: Database, tmp_path: Path) -> None:
    async with running_api(mongodb_uri, tmp_path, database, graph={"graphiql_enabled": False}) as api:
        page = await api.http.get("/graphql", headers={"accept": "text/html"})
        others = [await api.http.get(path) for path in ("/", "/static/graphiql/page.js")]

    assert page.status_code == 406
    assert [response.status_code for response in others] == [404, 404]


async def test_introspection_is_for_development_or_by_setting(
    mongodb_uri: str, database: Database, tmp_path: Path
) -> None:
    graph: dict[str, object] = {"introspection_enabled": False}
    async with running_api(mongodb_uri, tmp_path, database, graph=graph) as api:
        response = await api.http.post("/graphql", json={"query": "{ __schema { queryType { name } } viewr { id } }"})

    codes = [error["extensions"]["code"] for error in response.json()["errors"]]
    assert set(codes) == {"GRAPHQL_VALIDATION_FAILED"}
    assert "__schema" in response.text
    assert "Did you mean" not in response.text


async def test_a_server_that_can_not_start_lets_go_of_everything(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "none", database={"mongodb_server_selection_timeout_ms": 50})
    app = create_app(settings, Surroundings("mongodb://127.0.0.1:9", SECRET))

    with pytest.raises(Exception, match=r"127\.0\.0\.1:9"):
        async with app.router.lifespan_context(app):
            pytest.fail("There is no database.")


async def test_a_blob_store_that_is_gone_makes_it_unready(mongodb_uri: str, database: Database, tmp_path: Path) -> None:
    async with running_api(mongodb_uri, tmp_path, database) as api:
        blobs = tmp_path / "blobs"
        blobs.rename(tmp_path / "away")
        blobs.write_text("A file, where the store needs a folder.")
        gone = await api.http.get("/readyz")
        alive = await api.http.get("/healthz")
        blobs.unlink()
        (tmp_path / "away").rename(blobs)

        async def is_ready() -> bool:
            return (await api.http.get("/readyz")).status_code == 200

        await until(is_ready)

    assert (gone.status_code, gone.json()["blobs"], gone.json()["database"]) == (503, "unavailable", "ok")
    assert alive.status_code == 200
