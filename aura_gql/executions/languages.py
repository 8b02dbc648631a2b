"""How each language's code is run.

The code is put into a file of its own in the project folder (`.aura-…`), run from there and then removed. Only so do
tracebacks show its lines, `argv` and `__file__` mean what they mean elsewhere, imports and requires relative to the
project work, the project's `package.json` says which kind of module it is, and stdin stays free for the user; and an
argument (`-c`, `-e`) can't hold more than 128 KiB.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bson import ObjectId

from aura_gql.executions.records import ExecutionLanguage
from aura_gql.executions.toolchains import FAULTY, SOURCE, Toolchain, compiled, interpreted

SCRIPT_PREFIX = ".aura-"

LIVE_OUTPUT_ENV = {"PYTHONUNBUFFERED": "1"}
"""Makes programs write their output as it comes, though it goes to no terminal."""

_PYTHON_CHECK = f"""python3 -I -S -c '
import sys
try:
    compile(open(sys.argv[1], "rb").read(), sys.argv[1], "exec", dont_inherit=True)
except (SyntaxError, ValueError):
    sys.exit({FAULTY})
' "$1" """
# It stops at the first fault, of which a wrong name of the file is none: what the launcher runs may have any.
_JAVA_CHECK = f"""
folder=$(mktemp -d) && cp -- "$1" "$folder/Main.java" || exit 0
javac -J-XX:+UseSerialGC -J-XX:TieredStopAtLevel=1 -XDrawDiagnostics -XDshould-stop.ifError=FLOW -proc:none -cp . \
    -d "$folder" "$folder/Main.java" 2>&1 | grep '[.]err[.]' | grep -qv 'public[.]should[.]be[.]in[.]file'
[ $? = 0 ] && code={FAULTY}
rm -rf -- "$folder"
exit "${{code:-0}}"
"""
_STRIP_TYPES_CHECK = f"""node --no-warnings -e '
const strip = require("node:module").stripTypeScriptTypes;
try {{
    if (strip) strip(require("node:fs").readFileSync(process.argv[1], "utf8"));
}} catch {{
    process.exit({FAULTY});
}}
' "$1" """


@dataclass(frozen=True, slots=True)
class Language:
    """A language: what its files end with, the ways to run it, best first, and what is `wanted` where none works."""

    words: str
    suffix: str
    toolchains: tuple[Toolchain, ...]
    wanted: str


LANGUAGES: Mapping[ExecutionLanguage, Language] = {
    ExecutionLanguage.PYTHON: Language(
        "Python", ".py", (interpreted("python3", "-u", SOURCE, check=_PYTHON_CHECK, fault_code=1),), "`python3`"
    ),
    ExecutionLanguage.JAVASCRIPT: Language(
        "JavaScript",
        ".js",
        (interpreted("node", SOURCE, check=f'node --check "$1"; [ $? = 1 ] && exit {FAULTY}', fault_code=1),),
        "`node`",
    ),
    ExecutionLanguage.TYPESCRIPT: Language(
        "TypeScript",
        ".ts",
        (
            interpreted(
                "node",
                "--experimental-strip-types",
                "--disable-warning=ExperimentalWarning",
                SOURCE,
                check=_STRIP_TYPES_CHECK,
                fault_code=1,
                words="node --experimental-strip-types",
                probe="node --experimental-strip-types --eval 0 && node --version",
            ),
            interpreted("tsx", SOURCE, check="exit 0", fault_code=1),
            compiled(
                "esbuild",
                "node",
                compile_line='esbuild --log-level=warning --format=cjs --platform=node --outfile="$compiled" "$0"',
                run='node "$compiled"',
            ),
        ),
        "`node` that strips types (22.6 or newer), `tsx` or `esbuild`",
    ),
    ExecutionLanguage.BASH: Language(
        "Bash",
        ".sh",
        (interpreted("bash", SOURCE, check=f'bash -n "$1" || exit {FAULTY}', fault_code=2),),
        "`bash`",
    ),
    ExecutionLanguage.RUBY: Language(
        "Ruby",
        ".rb",
        (interpreted("ruby", SOURCE, check=f'ruby -c "$1" || exit {FAULTY}', fault_code=1),),
        "`ruby`",
    ),
    ExecutionLanguage.GO: Language(
        "Go",
        ".go",
        (
            compiled(
                "go",
                # Go passes over files whose names begin with a dot.
                compile_line='{ folder=$(mktemp -d) && cp -- "$0" "$folder/main.go" '
                '&& go build -o "$compiled" "$folder/main.go"; built=$?; rm -rf -- "$folder"; (exit $built); }',
                probe="go version",
            ),
        ),
        "`go`",
    ),
    ExecutionLanguage.RUST: Language(
        "Rust",
        ".rs",
        (compiled("rustc", compile_line='rustc --edition 2021 --crate-name main -o "$compiled" "$0"'),),
        "`rustc`",
    ),
    ExecutionLanguage.C: Language(
        "C", ".c", (compiled("gcc", compile_line='gcc -Wall -O1 -o "$compiled" "$0" -lm'),), "`gcc`"
    ),
    ExecutionLanguage.CPP: Language(
        "C++", ".cpp", (compiled("g++", compile_line='g++ -Wall -O1 -o "$compiled" "$0"'),), "`g++`"
    ),
    ExecutionLanguage.JAVA: Language(
        "Java",
        ".java",
        (
            Toolchain(
                "java, from source",
                ("java", "javac"),
                "java --version",
                ("java", "-XX:+UseSerialGC", SOURCE),
                _JAVA_CHECK,
                frozenset({1}),
            ),
        ),
        "a JDK of version 11 or newer",
    ),
    ExecutionLanguage.PHP: Language(
        "PHP",
        ".php",
        (interpreted("php", SOURCE, check=f'php -l "$1" || exit {FAULTY}', fault_code=255),),
        "`php`",
    ),
}


def script_path(language: ExecutionLanguage, execution_id: ObjectId) -> str:
    """Where the code of an execution is put, relative to the project folder."""
    return f"{SCRIPT_PREFIX}{execution_id}{LANGUAGES[language].suffix}"


def shell_argv(command: str, args: Sequence[str]) -> list[str]:
    """The command that has a login shell run a line, whose `$1`, `$2`… are the user's arguments."""
    return ["bash", "-lc", command, "bash", *args]
