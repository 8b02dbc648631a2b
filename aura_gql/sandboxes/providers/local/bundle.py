"""The supervisor as one precompiled file: the sandbox sees none of our packages and starts without a search."""

import subprocess
from importlib import resources
from pathlib import Path

from aura_gql.kernel.errors import ProviderUnavailable

# The interpreter that every sandbox can see. The server's own may live where the sandbox's user can't go.
INNER_PYTHON = "/usr/bin/python3"
INNER_PACKAGE = "aura_gql.sandboxes.providers.local.inside"
# In the order of their imports.
INNER_MODULES = ("system", "trees", "terminal", "command", "keeper", "dialing", "listening", "supervisor")
COMPILE_TIMEOUT_S = 30

# Runs under the inner interpreter, whose byte code may differ from ours. A module that stands in sys.modules is
# imported without a search for its parents.
COMPILER = """
import marshal, py_compile, sys
target, package, *files = sys.argv[1:]
modules = []
for file in files:
    name = package + "." + file.rsplit("/", 1)[1].removesuffix(".py")
    with open(file, encoding="utf-8") as source:
        modules.append((name, compile(source.read(), name, "exec", dont_inherit=True)))
loader = f'''
import marshal, sys
for name, code in marshal.loads({marshal.dumps(modules)!r}):
    module = sys.modules[name] = type(sys)(name)
    exec(code, module.__dict__)
module.main()
'''
with open(target + ".py", "w", encoding="utf-8") as source:
    source.write(loader)
mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
py_compile.compile(target + ".py", target, "supervisor", doraise=True, invalidation_mode=mode)
"""


def build_supervisor(target: Path) -> None:
    """Compile the inner modules into `target`, readable by all. Raises ProviderUnavailable without an inner Python."""
    sources = [str(resources.files(INNER_PACKAGE).joinpath(f"{module}.py")) for module in INNER_MODULES]
    command = [INNER_PYTHON, "-I", "-S", "-B", "-c", COMPILER, str(target), INNER_PACKAGE, *sources]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=COMPILE_TIMEOUT_S)  # noqa: S603 - our own words
    except FileNotFoundError as error:
        raise ProviderUnavailable(f"The local sandbox needs {INNER_PYTHON} (install python3).") from error
    except subprocess.SubprocessError as error:
        raise ProviderUnavailable(f"{INNER_PYTHON} could not compile the sandbox's supervisor: {error}") from error
    Path(f"{target}.py").unlink()
    target.chmod(0o444)
