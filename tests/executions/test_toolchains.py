"""Commands of toolchains."""

from aura_gql.executions.toolchains import SOURCE, compiled, interpreted, leftovers


def test_an_interpreter_reads_the_source_and_passes_arguments_on() -> None:
    tool = interpreted("lang", "-x", SOURCE, check="lang --check", fault_code=4)
    assert tool.command("a.l", ["1", "2 3"]) == ["lang", "-x", "a.l", "1", "2 3"]
    assert tool.check_command("a.l") == ["bash", "-c", "lang --check", "bash", "a.l"]
    assert (tool.programs, tool.probe, set(tool.fault_codes)) == (("lang",), "lang --version", {4})


def test_a_compiler_gets_the_source_as_its_zeroth_argument() -> None:
    tool = compiled("cc", "ld", compile_line='cc -o "$compiled" "$0"')
    *shell, script, source, arg = tool.command("a.c", ["$x"])
    assert (shell, source, arg) == (["bash", "-c"], "a.c", "$x")
    assert 'cc -o "$compiled" "$0" 2>&1' in script
    assert "@" not in script.replace('"$@"', "")
    assert tool.fault_codes.isdisjoint({0})


def test_what_a_compiler_leaves_goes_with_the_source() -> None:
    assert leftovers("a.c") == ["a.c", "a.c.out", "a.c.log", "a.c.verdict"]
