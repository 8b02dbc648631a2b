"""Whose fault a failure is."""

import asyncio

from aura_gql.executions.languages import LANGUAGES
from aura_gql.executions.outcome import of_exit
from aura_gql.executions.records import ExecutionErrorType, ExecutionLanguage
from aura_gql.executions.toolchains import prepared_by
from aura_gql.executions.verdict import judged
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.values import SandboxFile
from tests.support.execution_bench import ExecutionBench
from tests.support.processes import run

Type = ExecutionErrorType
Language = ExecutionLanguage

# The assembler finds no room for it in /tmp.
LARGE = "char large[200000000] = {1};\nint main(void) { return 0; }\n"
BOAST = '#error "out of memory allocating 64 bytes"\nint main(void) { return 0; }\n'


async def test_faults_are_told_from_what_looks_like_them(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox({"broken.py": b"def (\n", "broken.js": b"let = = 1;\n"})
    cases = [
        (Language.PYTHON, "import broken\n", Type.RUNTIME),
        (Language.PYTHON, "import sys\nopen(__file__, 'w').write('def (')\nsys.exit(1)\n", Type.RUNTIME),
        (Language.PYTHON, "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n", Type.RUNTIME),
        (Language.PYTHON, "print('\0')\n", Type.SYNTAX),
        (Language.JAVASCRIPT, "require('./broken.js');\n", Type.RUNTIME),
        (Language.BASH, "exit 3\nif then\n", Type.RUNTIME),
        (Language.C, '#include "missing.h"\nint main(void) { return 0; }\n', Type.SYNTAX),
        (Language.C, "int nowhere(void);\nint main(void) { return nowhere(); }\n", Type.SYNTAX),
        (Language.C, LARGE, Type.MEMORY),
        (Language.C, BOAST, Type.SYNTAX),
        (Language.C, "int main(void) { return *(volatile int *)0; }\n", Type.RUNTIME),
    ]
    ends = await asyncio.gather(*(bench.code(sandbox_id, code, language=language) for language, code, _ in cases))
    found = [(language, code, end.record.error_type) for (language, code, _), end in zip(cases, ends, strict=True)]
    assert found == cases


async def test_what_could_not_be_prepared_is_told_from_what_failed(bench: ExecutionBench) -> None:
    python, script = (
        LANGUAGES[Language.PYTHON].toolchains[0],
        SandboxFile("a.py", b"import sys\nprint(sys.argv[1:])\n1 / 0\n"),
    )
    async with bench.below.sandboxes.temporary.trial(SandboxProviderName.LOCAL) as machine:
        await machine.write_files([script])
        for install, printed, verdict in (
            (["sh", "-c", "echo installed $1; cat", "sh", "a b"], b"['x y']\n", Type.RUNTIME),
            (["sh", "-c", "echo installed $1; exit 1", "sh", "a b"], b"", Type.SETUP),
        ):
            toolchain = prepared_by(python, install)
            end = await run(machine, *toolchain.command(script.path, ["x y"]), stdin=b"not for the installer")
            assert (end.stdout, end.status.exit_code) == (printed, 1)
            assert end.stderr.startswith(b"installed a b\n")
            told = await judged(machine, script, Language.PYTHON, toolchain, of_exit(end.status))
            assert told.error_type is verdict
