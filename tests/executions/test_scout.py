"""Looking for languages in real sandboxes."""

from pathlib import Path

import pytest

from aura_gql.executions import scout
from aura_gql.executions.errors import LanguageUnavailable
from aura_gql.executions.languages import LANGUAGES, Language
from aura_gql.executions.records import CodeRequest, ExecutionLanguage
from aura_gql.executions.scout import LanguageScout
from aura_gql.executions.toolchains import SOURCE, interpreted
from aura_gql.infra.mongo import Database
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import ProviderBounds
from aura_gql.sandboxes.records import SandboxLimits
from tests.support.counted_provider import CountedProvider
from tests.support.execution_bench import ExecutionBench
from tests.support.sandboxes import OWNER, sandbox_bench

LOCAL = SandboxProviderName.LOCAL
ABSENT = interpreted("no-such-program", SOURCE, check="true", fault_code=1)
BROKEN = interpreted("sh", SOURCE, check="true", fault_code=1, probe="echo 0.1; false")
WORKING = interpreted("sh", SOURCE, check="true", fault_code=1, probe="printf '1.0\\nmore\\n'", words="sh, at last")

LATE = interpreted("sh", SOURCE, check="true", fault_code=1, probe="kill -9 $$")
OVERDUE = interpreted("sh", SOURCE, check="true", fault_code=1, probe="exit 124")


@pytest.fixture
def odd_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """PHP can't be run, Ruby by the last of three."""
    table = {
        **LANGUAGES,
        ExecutionLanguage.PHP: Language("PHP", ".php", (ABSENT, BROKEN), "`no-such-program`"),
        ExecutionLanguage.RUBY: Language("Ruby", ".rb", (ABSENT, BROKEN, WORKING), "`sh`"),
        ExecutionLanguage.GO: Language("Go", ".go", (LATE, WORKING), "`sh`"),
        ExecutionLanguage.RUST: Language("Rust", ".rs", (OVERDUE,), "`sh`"),
    }
    monkeypatch.setattr(scout, "LANGUAGES", table)


@pytest.mark.usefixtures("odd_table")
async def test_what_is_found_is_told_and_what_is_missing_refused_before_it_runs(bench: ExecutionBench) -> None:
    found = {support.language: support for support in await bench.executions.languages(LOCAL)}
    assert list(found) == list(ExecutionLanguage)
    python, ruby, php = (
        found[name] for name in (ExecutionLanguage.PYTHON, ExecutionLanguage.RUBY, ExecutionLanguage.PHP)
    )
    assert python.available
    assert (python.version or "").startswith("Python 3.")
    assert (ruby.available, ruby.version, ruby.detail) == (True, "1.0", "Run by sh, at last.")
    assert (php.available, php.version) == (False, None)
    assert php.detail == "PHP is not available: its sandboxes lack `no-such-program`."
    for language in (ExecutionLanguage.GO, ExecutionLanguage.RUST):
        assert found[language].detail == "Nobody could look into a sandbox to see; try again later."
    seen = LanguageScout(bench.below.sandboxes)
    assert await seen.toolchain(LOCAL, ExecutionLanguage.GO) is LATE
    sandbox_id = await bench.sandbox()
    with pytest.raises(LanguageUnavailable, match="no-such-program"):
        await bench.executions.execute_code(OWNER, CodeRequest(sandbox_id, ExecutionLanguage.PHP, "<?php"))
    assert await bench.below.database["code_executions"].count_documents({}) == 0
    assert [machine.sandbox_id for machine in await bench.below.provider.list()] == [str(sandbox_id)]


async def test_it_looks_once_and_where_it_can_not_it_does_not_say_no(bench: ExecutionBench) -> None:
    seen = LanguageScout(bench.below.sandboxes)
    nowhere = SandboxProviderName.E2B
    assert await seen.toolchain(nowhere, ExecutionLanguage.PHP) is LANGUAGES[ExecutionLanguage.PHP].toolchains[0]
    assert not any(support.available for support in await seen.supported(nowhere))
    bash = await seen.toolchain(LOCAL, ExecutionLanguage.BASH)
    await bench.below.provider.close()
    assert await seen.toolchain(LOCAL, ExecutionLanguage.BASH) is bash


async def test_a_language_with_an_image_of_its_own_is_looked_for_there(database: Database, tmp_path: Path) -> None:
    provider = CountedProvider(tmp_path / "sandboxes")
    limits = SandboxLimits(providers={LOCAL: ProviderBounds(languages=frozenset({"python"}))})
    async with sandbox_bench(database, tmp_path, limits, provider=provider) as below:
        found = {support.language: support for support in await LanguageScout(below.sandboxes).supported(LOCAL)}

    assert found[ExecutionLanguage.PYTHON].available
    assert found[ExecutionLanguage.BASH].available
    assert sorted(map(str, provider.kinds)) == ["None", "python"]
