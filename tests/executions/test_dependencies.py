"""What may be asked for; tests/sandboxes/providers/local/egress/ installs some for real."""

import pytest

from aura_gql.executions.dependencies import install_steps, require_network, run_environment
from aura_gql.executions.records import ExecutionLanguage
from aura_gql.kernel.errors import InvalidInput, Unsupported

PYTHON, JAVASCRIPT, BASH = ExecutionLanguage.PYTHON, ExecutionLanguage.JAVASCRIPT, ExecutionLanguage.BASH


def wanted(language: ExecutionLanguage, *dependencies: str) -> list[str]:
    command = install_steps(language, dependencies)
    assert command is not None
    assert (command.argv[:2], command.argv[3], command.cwd) == (("sh", "-c"), "sh", ".")
    return list(command.argv[4:])


def test_nothing_to_install() -> None:
    assert install_steps(PYTHON, []) is None
    assert install_steps(BASH, []) is None
    assert run_environment(PYTHON, []) == {}


def test_python_packages() -> None:
    asked = ["requests", "numpy >= 1.26, <3", "uvicorn[standard]==0.30.*", "a_b.C~=1.0"]
    assert wanted(PYTHON, *asked) == ["requests", "numpy<3,>=1.26", "uvicorn[standard]==0.30.*", "a_b.C~=1.0"]
    assert run_environment(PYTHON, asked) == {"PYTHONPATH": ".aura-packages"}


def test_node_packages() -> None:
    asked = ["lodash", "@types/node@^20", "react@>=18 <20", "@a/b", "left-pad@1.3.0", "x@next"]
    installed = ["lodash@latest", "@types/node@^20", "react@>=18 <20", "@a/b@latest", "left-pad@1.3.0", "x@next"]
    assert wanted(JAVASCRIPT, *asked) == installed
    assert run_environment(JAVASCRIPT, asked) == {}


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-r requirements.txt", "--index-url=http://x", "./x", "/etc/passwd", "x.whl @ file:///x", "x; rm",
        "git+https://example.com/y", "x @ https://example.com/y", "x @ git+ssh://example.com/y",
        "x; python_version > '3'", "x -e .", "x\n--pre",
        "x ==1 --hash=sha256:0", "$(id)", "x" * 201,
    ],
)  # fmt: skip
def test_python_packages_from_elsewhere(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        install_steps(PYTHON, ["requests", text])
    assert refusal.value.field == ("dependencies", "1")


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "@a", "-g", "--registry=http://x", "./x", "/etc/passwd", "user/repo", "github:a/b", "x@npm:y", "x@",
        "x@file:../y", "x@https://example.com/y", "x@git+ssh://example.com/y",
        "x@./y", "x.tgz", "x@y.tgz", "x@y.tar.gz", "x.TAR@1",
        "X", "x@1 --force", "x@latest\n", "x" * 201, "node_modules",
    ],
)  # fmt: skip
def test_node_packages_from_elsewhere(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        install_steps(JAVASCRIPT, ["lodash", text])
    assert refusal.value.field == ("dependencies", "1")


def test_too_many_and_languages_without_any() -> None:
    with pytest.raises(InvalidInput, match=r"at most 50 `dependencies`; these are 51") as refusal:
        install_steps(PYTHON, ["x"] * 51)
    assert refusal.value.field == ("dependencies",)
    with pytest.raises(Unsupported, match="BASH has no `dependencies`"):
        install_steps(BASH, ["x"])


def test_says_what_an_operator_has_to_set() -> None:
    require_network(available=True)
    with pytest.raises(Unsupported, match=r"SANDBOX_PIP_INDEX and SANDBOX_NPM_REGISTRY, or SANDBOX_EGRESS_HOSTS"):
        require_network(available=False)
