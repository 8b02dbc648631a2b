"""GraphiQL's page in a real browser: it works under its content security policy, and asks nobody else for anything."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from aura_gql.app import create_app
from aura_gql.auth.service import AuthService
from aura_gql.infra.mongo import Database
from aura_gql.server import Surroundings
from tests.support.api import SECRET, Member, settings_for
from tests.support.chromium import Page, browser_page, needs_chromium
from tests.support.graph import serving
from tests.support.journeys import ready_project
from tests.support.waiting import until

DEVELOPER = "dev@localhost"
EDITOR = "document.querySelector('.graphiql-query-editor .CodeMirror')?.CodeMirror"
RESULT = "document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()"


async def holds(page: Page, condition: str) -> None:
    """Wait until a condition in JavaScript holds on the page."""

    async def is_true() -> bool:
        return bool(await page.run(f"Boolean({condition})"))

    await until(is_true)


async def operate(page: Page, name: str, operation: str, wanted: str) -> None:
    """Type an operation, press the button once the editor has understood it, and wait for the answer."""
    await page.run(f"{EDITOR}.setValue({json.dumps(operation)})")
    await holds(page, f"{EDITOR}.operationName === {json.dumps(name)}")
    await page.run("document.querySelector('.graphiql-execute-button').click()")
    await holds(page, f"{RESULT}.includes({json.dumps(wanted)})")


async def project_of(host: str, database: Database) -> str:
    """The id of a project of the developer."""
    session = await AuthService(database, SECRET).sign_in(DEVELOPER)
    async with httpx.AsyncClient(base_url=f"http://{host}", timeout=30) as http:
        return await ready_project(Member(http, host, session.bearer))


@needs_chromium
async def test_the_page_works_under_its_policy(mongodb_uri: str, database: Database, tmp_path: Path) -> None:
    surroundings = Surroundings(mongodb_uri, SECRET, is_exclusive=True, development_email=DEVELOPER)
    app = create_app(settings_for(tmp_path, database.name), surroundings)
    async with app.router.lifespan_context(app), serving(app) as host, browser_page() as page:
        project = await project_of(host, database)
        await page.open(f"http://{host}/")

        await holds(page, f"{EDITOR} && document.querySelector('.graphiql-execute-button')")
        await operate(page, "Me", "query Me { viewer { email } }", DEVELOPER)
        watch = f'subscription Watch {{ projectChanged(id: "{project}") {{ status }} }}'
        await operate(page, "Watch", watch, '"READY"')

        assert await page.violations() == []
        assert page.complaints == []
        assert {urlsplit(url).netloc for url in page.requests if not url.startswith(("data:", "blob:"))} == {host}
        assert f"ws://{host}/graphql" in page.requests
        # Nor would the policy let it: a script of the page itself, and an address elsewhere.
        await page.run(
            "document.head.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
        )
        await page.run("fetch('http://127.0.0.1:9/').catch(() => null)")
        assert await page.run("window.ran") is None
        blocked = [violation.partition(":")[0] for violation in await page.violations()]
        assert blocked == ["script-src-elem", "connect-src"]
