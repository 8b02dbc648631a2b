"""A real browser without a window, driven by its own DevTools protocol."""

import asyncio
import itertools
import json
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.support.waiting import until

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

needs_chromium = pytest.mark.skipif(
    PROGRAM is None,
    reason="needs Chromium, which scripts/install leaves out because it is large: apt-get install chromium",
)

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-proxy-server",
    # What a page asks of another host shall fail at once, and not leave this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--remote-debugging-port=0",
)
_WATCH_VIOLATIONS = """
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) =>
        violations.push(`${event.violatedDirective}: ${event.blockedURI} in ${event.sourceFile}`));
"""


@dataclass
class Page:
    """One tab: what it asked for, what it complained about, and what its scripts say."""

    connection: ClientConnection
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _answers: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def open(self, url: str) -> None:
        """Go to an address, watching from its first moment on."""
        for domain in ("Network", "Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")
        await self.call("Page.addScriptToEvaluateOnNewDocument", source=_WATCH_VIOLATIONS)
        await self.call("Page.navigate", url=url)

    async def run(self, script: str) -> Any:
        """The value of an expression, awaited if it is a promise; AssertionError where it throws."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def violations(self) -> list[str]:
        """What the page's content security policy has blocked."""
        return list(await self.run("window.violations"))

    async def call(self, method: str, **parameters: Any) -> Any:
        """The result of one command of the protocol."""
        id = next(self._ids)
        answer = self._answers[id] = asyncio.get_running_loop().create_future()
        await self.connection.send(json.dumps({"id": id, "method": method, "params": parameters}))
        async with asyncio.timeout(60):
            return await answer

    async def listen(self) -> None:
        """Take what the browser says, until it is gone."""
        while True:
            text = await self.connection.recv()
            message = json.loads(text)
            if "id" in message:
                self._settle(self._answers.pop(message["id"]), message)
            else:
                self._note(message["method"], message["params"])

    def _settle(self, answer: asyncio.Future[Any], message: dict[str, Any]) -> None:
        if answer.done():
            return
        if "error" in message:
            answer.set_exception(AssertionError(message["error"]))
        else:
            answer.set_result(message["result"])

    def _note(self, method: str, told: dict[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(told["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(told["exceptionDetails"]))
            case "Log.entryAdded" if told["entry"]["level"] == "error":
                self.complaints.append(f"{told['entry']['text']} ({told['entry'].get('url')})")


@asynccontextmanager
async def browser_page() -> AsyncIterator[Page]:
    """An empty page of a browser of its own, which ends with the context."""
    with tempfile.TemporaryDirectory(prefix="aura-chromium-", ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            PROGRAM or "chromium",
            *_FLAGS,
            f"--user-data-dir={folder}",
            "about:blank",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            async with connect(await _first_page(Path(folder)), max_size=None, proxy=None) as connection:
                page = Page(connection)
                listening = asyncio.create_task(page.listen())
                try:
                    yield page
                finally:
                    listening.cancel()
        finally:
            # It is many processes, which one signal to the first does not end at once.
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _first_page(profile: Path) -> str:
    """The address of the first page's DevTools, once the browser has written its own."""
    told = profile / "DevToolsActivePort"
    await until(lambda: told.is_file() and "\n" in told.read_text())
    port = told.read_text().splitlines()[0]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as http:

        async def pages() -> list[dict[str, str]]:
            return [target for target in (await http.get("/json/list")).json() if target["type"] == "page"]

        return (await until(pages, timeout_s=60))[0]["webSocketDebuggerUrl"]
