"""Packages that code needs besides its own files: which may be asked for, and the command that installs them.

Python's go into a folder of their own that PYTHONPATH names; JavaScript's and TypeScript's into `node_modules` of the
project folder, because `import` looks nowhere else. What npm packages would run at their installation is left out: it
fetches from hosts that no allow-list has and takes the time of the run. A Python package that comes as source is built.
"""

import re
from collections.abc import Mapping, Sequence

from packaging.requirements import InvalidRequirement, Requirement

from aura_gql.executions.records import ExecutionLanguage
from aura_gql.kernel.errors import InvalidInput, Unsupported
from aura_gql.projects.packages import is_package_name, is_version_range
from aura_gql.sandboxes.values import Command

FIELD = "dependencies"
MAX_DEPENDENCIES = 50
MAX_DEPENDENCY_LENGTH = 200
PYTHON_FOLDER = ".aura-packages"
SCRATCH_FOLDER = ".aura-installing"

_SHOWN_LENGTH = 60
_PYTHON = frozenset({"PYTHON"})
_NODE = frozenset({"JAVASCRIPT", "TYPESCRIPT"})
_FILE_NAME = re.compile(r".*\.(?:tgz|tar\.gz|tar)", re.IGNORECASE)
# Both tools unpack in the temporary folder, which is memory. On the disk of the target it also is but a change of name.
_INSTALL_PYTHON = f"""
mkdir -p {SCRATCH_FOLDER} && TMPDIR="$PWD/{SCRATCH_FOLDER}" python3 -m pip install --quiet --no-input --no-cache-dir \
    --disable-pip-version-check --no-warn-script-location --root-user-action ignore --prefer-binary \
    --upgrade --target {PYTHON_FOLDER} -- "$@"
status=$?; rm -rf {SCRATCH_FOLDER}; exit $status
"""
_INSTALL_NODE = f"""
npm install --silent --no-audit --no-fund --no-update-notifier --ignore-scripts --no-save --no-package-lock \
    --loglevel error --prefix . --cache {SCRATCH_FOLDER} -- "$@"
status=$?; rm -rf {SCRATCH_FOLDER}; exit $status
"""


def install_steps(language: ExecutionLanguage, dependencies: Sequence[str]) -> Command | None:
    """The command that installs the dependencies, to be run in the project folder before the code; None for none.

    InvalidInput names the entry of `dependencies` that is not what `language` can install from its registry: a name,
    maybe with a range of versions, and nothing that is fetched from elsewhere. Unsupported for a language without any.
    """
    if not dependencies:
        return None
    if language.value not in _PYTHON | _NODE:
        raise Unsupported(f"{language.value} has no `dependencies`: add their files to `files`.", field=(FIELD,))
    if len(dependencies) > MAX_DEPENDENCIES:
        message = f"There can be at most {MAX_DEPENDENCIES} `dependencies`; these are {len(dependencies):,}."
        raise InvalidInput(message, field=(FIELD,))
    is_python = language.value in _PYTHON
    check = _python_requirement if is_python else _node_requirement
    wanted = [check(text, (FIELD, str(index))) for index, text in enumerate(dependencies)]
    return Command(("sh", "-c", _INSTALL_PYTHON if is_python else _INSTALL_NODE, "sh", *wanted))


def run_environment(language: ExecutionLanguage, dependencies: Sequence[str]) -> Mapping[str, str]:
    """What the run of the code, which begins in the project folder, needs to find what was installed."""
    return {"PYTHONPATH": PYTHON_FOLDER} if dependencies and language.value in _PYTHON else {}


def require_network(*, available: bool) -> None:
    """Unsupported, with the settings that an operator needs, where sandboxes have no network to install from."""
    if not available:
        raise Unsupported(
            "Sandboxes of this server have no network, so nothing can be installed. Whoever runs it can set "
            "SANDBOX_PIP_INDEX and SANDBOX_NPM_REGISTRY, or SANDBOX_EGRESS_HOSTS.",
            field=(FIELD,),
        )


def _python_requirement(text: str, field: tuple[str, str]) -> str:
    _require_short(text, field)
    try:
        wanted = Requirement(text)
    except InvalidRequirement:
        wanted = None
    if wanted is None or wanted.url is not None or wanted.marker is not None:
        raise InvalidInput(
            f"{text[:_SHOWN_LENGTH]!r} is no Python package with its versions, such as `requests`, `numpy>=1.26,<3` or "
            "`uvicorn[standard]==0.30.*`; addresses, files, git repositories, options and markers are not allowed.",
            field=field,
        )
    return str(wanted)


def _node_requirement(text: str, field: tuple[str, str]) -> str:
    _require_short(text, field)
    name, _, version = text[1:].partition("@")
    name = text[:1] + name
    if (
        text.startswith("-")
        or not is_package_name(name)
        or not is_version_range(version or "latest")
        or text.endswith("@")
        or _FILE_NAME.fullmatch(name)
        or _FILE_NAME.fullmatch(version)
    ):
        raise InvalidInput(
            f"{text[:_SHOWN_LENGTH]!r} is no npm package with its versions, such as `lodash`, `@types/node@^20` or "
            "`react@latest`; addresses, files, git repositories and options are not allowed.",
            field=field,
        )
    return f"{name}@{version or 'latest'}"


def _require_short(text: str, field: tuple[str, str]) -> None:
    if len(text) > MAX_DEPENDENCY_LENGTH:
        raise InvalidInput(f"An entry has at most {MAX_DEPENDENCY_LENGTH} characters.", field=field)
