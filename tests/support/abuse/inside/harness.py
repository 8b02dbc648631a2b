"""Runs a family of attacks, each in a process of its own that keeps whatever it gained until the judges have looked.

Prints one line of JSON: what each attack told, by name. Then it waits for the end of its input, and ends them all.
"""

import ctypes
import errno
import importlib
import json
import os
import select
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from tests.support.abuse.inside.facts import Facts
from tests.support.abuse.inside.kernel import stay

Attack = Callable[[Facts], object]

PACKAGE = "tests.support.abuse.inside"
PATIENCE_S = 10.0
NO_ANSWER = "no answer"
PR_SET_NAME = 15


def attempt(index: int, attack: Attack, facts: Facts, report: int) -> NoReturn:
    """Be the attacker; never returns. What an attack returns is what it told, or what it wants to keep hold of."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, b"case-%d" % index, 0, 0, 0)
    told: dict[str, str] = {}
    try:
        kept = attack(facts)
        told["said"] = kept if isinstance(kept, str) else ""
    except OSError as error:
        told["error"] = errno.errorcode.get(error.errno or 0, repr(error))
    except BaseException as error:
        told["error"] = repr(error)
    with os.fdopen(report, "wb") as pipe:
        pipe.write(json.dumps(told).encode() + b"\n")
    stay()


def collect(report: int, child: int) -> dict[str, str]:
    """What the attacker told, if it lived so long."""
    if not select.select([report], [], [], PATIENCE_S)[0]:
        return {"error": NO_ANSWER}
    with os.fdopen(report, "rb") as pipe:
        told = pipe.readline()
    if told:
        found: dict[str, str] = json.loads(told)
        return found
    return {"error": f"ended with status {os.waitpid(child, 0)[1]}"}


def main(family: str, facts: Facts) -> None:
    """Run the family."""
    attacks: dict[str, Attack] = importlib.import_module(f"{PACKAGE}.{family}").ATTACKS
    pending = {}
    children = []
    for index, (name, attack) in enumerate(attacks.items()):
        readable, writable = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(readable)
            attempt(index, attack, facts, writable)
        os.close(writable)
        children.append(child)
        pending[name] = (readable, child)
    told = {name: collect(*each) for name, each in pending.items()}
    print(json.dumps({"told": told, "host": os.uname().nodename}), flush=True)
    sys.stdin.read()
    for child in children:
        os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], Facts.load(sys.argv[2]))
