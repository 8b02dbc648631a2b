"""The loopback Daytona answers as the real one does, as far as the SDK's own clients know, and can be caught lying."""

from typing import Any

import pytest
from daytona import AsyncDaytona, DaytonaConfig, SessionExecuteRequest

from aura_gql.kernel.clock import utcnow
from tests.support.vendors.daytona.clock import Clock
from tests.support.vendors.daytona.cloud import LoopbackDaytona
from tests.support.vendors.daytona.honesty import Contract, Dishonest
from tests.support.vendors.daytona.machines import Machine
from tests.support.vendors.daytona.state import API_KEY
from tests.support.vendors.daytona.world import DaytonaWorld
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOLD = Machine.of({}, Clock(), "http://127.0.0.1/toolbox").told()
REFUSED = {"path": "/", "timestamp": "", "statusCode": 404, "error": "Not Found", "message": "no"}
PTY = {"id": "x", "cwd": "/", "envs": {}, "cols": 1, "rows": 1, "createdAt": "", "active": True, "lazyStart": False}
API, TOOLBOX = "/api/sandbox", "/toolbox/x/process/pty"


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return {
        "api": Contract("daytona_api_client_async", "/api", None),
        "toolbox": Contract("daytona_toolbox_api_client_async", "/toolbox/[^/]+", "ErrorResponse"),
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "body", "lie"),
    [
        ("POST", API, 200, TOLD, None),
        ("POST", API, 201, TOLD, "no status 201"),
        ("POST", API, 200, {**TOLD, "cpu": "1"}, "int"),
        ("POST", API, 200, {**TOLD, "state": "happy"}, None),
        ("POST", API, 200, {name: value for name, value in TOLD.items() if name != "name"}, "name"),
        ("POST", API, 200, {**TOLD, "ours": 1}, "no .'ours'."),
        ("PATCH", API, 200, TOLD, "no such route"),
        ("GET", API, 200, {"items": [{**TOLD, "ours": 1}], "nextCursor": None}, "ours"),
        ("GET", API + "/x", 404, REFUSED, None),
        ("GET", API + "/x", 404, {"message": "no"}, "an error has"),
        ("POST", API + "/x/last-activity", 201, {}, "has a body"),
        ("GET", TOOLBOX, 200, {"sessions": [PTY]}, None),
        ("GET", TOOLBOX, 200, {"sessions": [{**PTY, "ours": 1}]}, "ours"),
        ("GET", TOOLBOX, 500, {"ours": 1}, "validation error"),
    ],
)
async def test_a_lie_is_caught(
    contracts: dict[str, Contract], method: str, path: str, status: int, body: Any, lie: str | None
) -> None:
    contract = contracts["api" if path.startswith("/api") else "toolbox"]
    if lie is None:
        contract.check(method, path, status, body)
        return
    with pytest.raises(Dishonest, match=lie):
        contract.check(method, path, status, body)


async def test_a_cloud_that_lied_fails_its_test(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = await LoopbackDaytona().__aenter__()
    machine = Machine.of({}, Clock(), "http://127.0.0.1/toolbox")
    cloud.state.machines[machine.id] = machine
    monkeypatch.setattr(Machine, "told", lambda machine: {**TOLD, "ours": 1})
    client = AsyncDaytona(DaytonaConfig(api_key=API_KEY, api_url=cloud.api_url, target="us"))
    await client.get(machine.id)
    await client.close()
    with pytest.raises(AssertionError, match="the models know no"):
        await cloud.__aexit__(None, None, None)


async def test_sessions_run_commands_as_the_bare_sdk_has_them(world: DaytonaWorld) -> None:
    made = await world.vendor.create(world.wish())
    process = (await world.vendor._sandboxes.known(made.machine_id)).process
    await process.create_session("s")
    done = await process.execute_session_command(
        "s", SessionExecuteRequest(command="cd /tmp; v=7; echo out; echo err >&2; false")
    )
    assert (done.exit_code, done.stdout, done.stderr) == (1, "out\n", "err\n")
    kept = await process.execute_session_command("s", SessionExecuteRequest(command='printf "$v $PWD"'))
    assert (kept.exit_code, kept.stdout) == (0, "7 /tmp")
    asked = SessionExecuteRequest(command="for i in 1 2; do echo $i; echo e$i >&2; done; (exit 3)", run_async=True)
    begun, heard = await process.execute_session_command("s", asked), (list[str](), list[str]())
    await process.get_session_command_logs_async("s", begun.cmd_id, heard[0].append, heard[1].append)
    assert ("".join(heard[0]), "".join(heard[1])) == ("1\n2\n", "e1\ne2\n")
    assert (await process.get_session_command("s", begun.cmd_id)).exit_code == 3
    assert (await process.get_session_command_logs("s", begun.cmd_id)).stdout == "1\n2\n"
    assert (await process.exec("pwd; exit 4")).exit_code == 4
    await process.delete_session("s")


async def test_clocks_stop_what_is_idle_and_delete_what_has_stopped(world: DaytonaWorld) -> None:
    client = await world.vendor._client.open()
    idle = await client.create()
    told = world.machine(idle.id)
    assert (told.auto_stop_min, told.auto_delete_min, told.destroy_at) == (15, -1, None)
    world.state.clock.skew_s = 14 * 60
    world.state.tick()
    assert told.state == "started"
    world.state.clock.skew_s = 16 * 60
    world.state.tick()
    await until(lambda: told.state == "stopped")
    told.auto_delete_min = 5
    world.state.clock.skew_s = 22 * 60
    world.state.tick()
    await until(lambda: told.state == "destroyed")
    assert utcnow() < world.state.clock.now()


async def test_changes_of_state_are_told_as_events(world: DaytonaWorld) -> None:
    client = await world.vendor._client.open()
    world.state.starts.clear()
    await until(lambda: client._event_dispatcher.is_connected)
    made = await client._sandbox_api.create_sandbox({"labels": {}})
    heard = list[Any]()
    client._event_dispatcher.subscribe(
        made.id, lambda name, data: heard.append(data["newState"]), ["sandbox.state.updated"]
    )
    world.state.starts.set()
    await until(lambda: heard == ["started"])
