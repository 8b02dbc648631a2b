"""pip and npm for real, in every mode, from registries on the loopback and from those this machine is set up for."""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from aura_gql.executions.dependencies import install_steps, run_environment
from aura_gql.executions.records import ExecutionLanguage
from aura_gql.kernel.host_rules import HostRule
from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.local.egress.proxies import EgressProxies
from aura_gql.sandboxes.providers.local.limits import MIB
from aura_gql.sandboxes.providers.local.modes import IsolationMode, possible_modes
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import SandboxSpec
from tests.sandboxes.providers.local.conftest import SMALL
from tests.support.egress import ScriptedNames
from tests.support.processes import Outcome, finished, run, shell
from tests.support.registry import HOST, WHEEL, Registry, registry

pytestmark = pytest.mark.asyncio(loop_scope="module")

PYTHON, JAVASCRIPT = ExecutionLanguage.PYTHON, ExecutionLanguage.JAVASCRIPT
ROOMY = replace(SMALL, memory_bytes=512 * MIB, disk_files=5_000)
CONFIGURED = {PYTHON: ("pip", "config", "get", "global.index-url"), JAVASCRIPT: ("npm", "config", "get", "registry")}
# Small, without dependencies of their own, and old enough to stay.
FAMOUS = {
    PYTHON: ("six==1.16.0", "import six; print(six.__version__)"),
    JAVASCRIPT: ("ms@2.1.3", "console.log(require('ms')('1s'))"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def packages() -> AsyncIterator[Registry]:
    async with registry() as found:
        yield found


@contextlib.asynccontextmanager
async def sandbox_with(
    root: Path, mode: IsolationMode, policy: EgressPolicy, proxies: EgressProxies
) -> AsyncIterator[LocalSandbox]:
    provider = LocalProvider(root, ROOMY, modes=[mode], egress=proxies)
    try:
        yield await provider.create(SandboxSpec("installs", "project", network=policy))
    finally:
        await provider.close()


async def install(sandbox: LocalSandbox, language: ExecutionLanguage, *dependencies: str) -> Outcome:
    command = install_steps(language, dependencies)
    assert command is not None
    return await finished(await sandbox.start_process(command))


async def greeting(sandbox: LocalSandbox, language: ExecutionLanguage, env: Mapping[str, str]) -> str:
    if language is PYTHON:
        return (await run(sandbox, "python3", "-c", "import aura_tiny; print(aura_tiny.greet())", env=env)).text
    script = "import { greet } from 'aura-tiny'; console.log(greet())"
    return (await run(sandbox, "node", "--input-type=module", "-e", script, env=env)).text


async def test_installs_from_the_registries_that_the_settings_name(
    root: Path, mode: IsolationMode, packages: Registry
) -> None:
    names = ScriptedNames({HOST: [["127.0.0.1"]]})
    policy = EgressPolicy(
        private_hosts=(HostRule(HOST, packages.port),),
        npm_registry=packages.url,
        pip_index=f"{packages.url}/simple",
    )
    async with sandbox_with(root, mode, policy, EgressProxies(resolver=names)) as sandbox:
        for language, words in ((PYTHON, "hello from a wheel"), (JAVASCRIPT, "hello from a tarball")):
            outcome = await install(sandbox, language, "aura-tiny>=1,<2" if language is PYTHON else "aura-tiny@^1.0.0")
            assert outcome.status.exit_code == 0, outcome
            assert await greeting(sandbox, language, run_environment(language, ["aura-tiny"])) == words
        left = (await shell(sandbox, "ls -A; ls -A node_modules/aura-tiny")).text
        assert left.split() == [".aura-packages", "node_modules", "index.js", "package.json"]
        missing = await install(sandbox, PYTHON, "aura-missing")
        assert missing.status.exit_code not in (0, None)
        assert b"aura-missing" in missing.stderr
    assert {f"/files/{WHEEL}", "/files/aura-tiny-1.2.0.tgz"} <= set(packages.asked)


@pytest.mark.parametrize("language", CONFIGURED, ids=str)
async def test_installs_from_the_registry_of_this_machine(root: Path, language: ExecutionLanguage) -> None:
    """Through TLS and the real names of hosts, where there is such a registry and it answers."""
    url = await asyncio.to_thread(_configured, language)
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname is None or parts.username is not None:
        pytest.skip("This machine has no registry of its own that is reached by https.")
    rule = HostRule(parts.hostname, parts.port or 443)
    try:
        async with asyncio.timeout(5):
            _, writer = await asyncio.open_connection(rule.name, rule.port)
            writer.close()
    except OSError:
        pytest.skip("The registry that this machine is set up for does not answer.")
    # Neither tool looks at the other's.
    policy = EgressPolicy(private_hosts=(rule,), npm_registry=url, pip_index=url)
    package, code = FAMOUS[language]
    async with sandbox_with(root, possible_modes()[0], policy, EgressProxies()) as sandbox:
        outcome = await install(sandbox, language, package)
        assert outcome.status.exit_code == 0, outcome
        env = run_environment(language, [package])
        used = await run(sandbox, *(("python3", "-c") if language is PYTHON else ("node", "-e")), code, env=env)
        assert used.text in ("1.16.0", "1000")


def _configured(language: ExecutionLanguage) -> str:
    """The address of a registry, as its tool tells it; nothing where there is none."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        found = subprocess.run(CONFIGURED[language], capture_output=True, check=True, text=True, timeout=60)
        return found.stdout.strip().rstrip("/")
    return ""
