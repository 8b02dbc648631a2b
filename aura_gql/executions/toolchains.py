"""What it takes to run the code of a language, and to tell whether the code was at fault where it did not run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

SOURCE = "{source}"
"""Stands for the file of the code in a command."""

FAULTY, STARVED, UNPREPARED = 65, 71, 78
"""How a check ends that found the code invalid, the compiler short of memory, or packages not installed."""

# What a compiler leaves beside the source, by suffix.
_COMPILED, _LOG, _VERDICT = ".out", ".log", ".verdict"
_LEFTOVERS = (_COMPILED, _LOG, _VERDICT)

# What compilers say that fail for want of memory or disk, or by a fault of their own; the code is not to blame then.
# They say it of themselves: lines that name a place in the code, and those that quote it, are something else.
_OF_THE_CODE = r"^[^ ]*:[0-9]+:|^ *[0-9]* *\|"
_STARVED_WORDS = "out of memory|memory exhausted|cannot allocate|OutOfMemory|No space left|terminated program|SIGKILL"
_BROKEN_WORDS = "internal compiler error|compiler unexpectedly panicked"

_COMPILE = f"""
compiled="$0{_COMPILED}" log="$0{_LOG}"
@COMPILE@ 2>&1 | tee -- "$log" >&2
status=${{PIPESTATUS[0]}}
if [ "$status" != 0 ]; then
    words=$(grep -vE '{_OF_THE_CODE}' "$log")
    if grep -qiE '{_STARVED_WORDS}' <<< "$words"; then verdict={STARVED}
    elif grep -qiE '{_BROKEN_WORDS}' "$log"; then verdict=0
    else verdict={FAULTY}
    fi
    echo "$verdict" > "$0{_VERDICT}"
    exit "$status"
fi
rm -f -- "$log"
exec @RUN@ "$@"
"""
_PREPARE = f"""
"${{@:1:@LAST@}}" </dev/null >&2
status=$?
if [ "$status" != 0 ]; then
    echo {UNPREPARED} > "$0{_VERDICT}"
    exit "$status"
fi
shift @LAST@
exec "$@"
"""
_COMPILED_CHECK = f'exit "$(cat -- "$1{_VERDICT}" 2>/dev/null || echo 0)"'


@dataclass(frozen=True, slots=True)
class Toolchain:
    """One way to run a language.

    `programs` must be in the sandbox's PATH, and `probe`, a shell line that prints the version, must work. `argv` runs
    the file that SOURCE stands for. Where it ended with one of `fault_codes`, `check` is a shell line, the file being
    its `$1`, that looks at the code without running it and ends with FAULTY or STARVED where that is why.
    """

    words: str
    programs: tuple[str, ...]
    probe: str
    argv: tuple[str, ...]
    check: str
    fault_codes: frozenset[int]

    def command(self, source: str, args: Sequence[str]) -> list[str]:
        """What runs the code in the file `source`, with the user's arguments."""
        return [source if part == SOURCE else part for part in self.argv] + list(args)

    def check_command(self, source: str) -> list[str]:
        """What looks at the code in the file `source`."""
        return ["bash", "-c", self.check, "bash", source]


def interpreted(
    *argv: str, check: str, fault_code: int, words: str | None = None, probe: str | None = None
) -> Toolchain:
    """A toolchain whose first word reads the source itself."""
    program = argv[0]
    return Toolchain(
        words or program, (program,), probe or f"{program} --version", argv, check, frozenset({fault_code})
    )


def compiled(*programs: str, compile_line: str, run: str = '"./$compiled"', probe: str | None = None) -> Toolchain:
    """A toolchain that makes `$compiled` of `$0` and then becomes `run`: one tree of processes, one exit code.

    What the compiler says goes to stderr. It fails with any code, and leaves a word of its own why.
    """
    script = _COMPILE.replace("@COMPILE@", compile_line).replace("@RUN@", run)
    return Toolchain(
        programs[0],
        programs,
        probe or f"{programs[0]} --version",
        ("bash", "-c", script, SOURCE),
        _COMPILED_CHECK,
        frozenset(range(1, 256)),
    )


def prepared_by(toolchain: Toolchain, install: Sequence[str]) -> Toolchain:
    """The toolchain behind a command that must succeed first: one tree of processes, one exit code.

    What the command says goes to stderr, and standard input stays for the code.
    """
    script = _PREPARE.replace("@LAST@", str(len(install)))
    check = f'said=$(cat -- "$1{_VERDICT}" 2>/dev/null); [ "$said" = {UNPREPARED} ] && exit "$said"; {toolchain.check}'
    argv = ("bash", "-c", script, SOURCE, *install, *toolchain.argv)
    return replace(toolchain, argv=argv, check=check, fault_codes=frozenset(range(1, 256)))


def leftovers(source: str) -> list[str]:
    """All files that running the code in `source` may have made for itself."""
    return [source, *(source + suffix for suffix in _LEFTOVERS)]
