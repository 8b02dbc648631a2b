"""Code with a sandbox of its own that asks for packages, from a registry on the loopback."""

from pathlib import Path

from aura_gql.executions.records import ExecutionLanguage, ExecutionLimits, QuickRequest
from aura_gql.executions.service import ExecutionService
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.mongo import Database
from aura_gql.kernel.host_rules import HostRule
from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.local.egress.proxies import EgressProxies
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.records import SandboxLimits
from tests.support.egress import ScriptedNames
from tests.support.execution_bench import ExecutionBench
from tests.support.registry import HOST, registry
from tests.support.sandboxes import OWNER, sandbox_bench

CODE = {
    ExecutionLanguage.PYTHON: ("import aura_tiny; print(aura_tiny.greet())", "hello from a wheel\n"),
    ExecutionLanguage.JAVASCRIPT: ("console.log(require('aura-tiny').greet())", "hello from a tarball\n"),
}


async def test_packages_are_there_when_the_code_runs(database: Database, tmp_path: Path) -> None:
    async with registry() as packages:
        index = f"{packages.url}/simple"
        rule = HostRule(HOST, packages.port)
        limits = SandboxLimits(network=EgressPolicy((), (rule,), npm_registry=packages.url, pip_index=index))
        proxies = EgressProxies(resolver=ScriptedNames({HOST: [["127.0.0.1"]]}))
        provider = LocalProvider(tmp_path / "sandboxes", egress=proxies)
        async with sandbox_bench(database, tmp_path, limits, provider=provider) as below:
            bounds = ExecutionLimits()
            keys = MongoIdempotencyKeys()
            executions = ExecutionService(below.sandboxes, keys, below.bus, bounds, below.operations)
            bench = ExecutionBench(below, executions, bounds)
            for language, (code, printed) in CODE.items():
                request = QuickRequest(language, code, dependencies=("aura-tiny",))
                done = await bench.ended(await executions.quick_execute(OWNER, request))
                assert done.stdout.decode() == printed, done
            await executions.stop()
