"""The control of the abuse suite: each attack succeeds without a sandbox, so that its failure in one means something.

Where an attacker could harm somebody, he gets mounts and a host name of his own to break, and a victim that nobody
misses. What this host's kernel lacks can't succeed anywhere; there the filter, run as a program, says that it would be
refused.
"""

import os
from collections.abc import Callable, Iterator, Mapping

import pytest
import pytest_asyncio

from aura_gql.sandboxes.providers.local import seccomp, syscalls
from tests.support.abuse.cases import CASES
from tests.support.abuse.grounds import Verdict, attack_in_the_open, victim_on_host
from tests.support.abuse.host_process import HostProcess
from tests.support.abuse.inside.files import KERNEL_MEMORY
from tests.support.abuse.inside.interfaces import BARE, I386_MKDIR, X32_MKDIR
from tests.support.abuse.inside.sockets import FAMILIES, NETLINK, PROTOCOLS
from tests.support.abuse.scene import Scene
from tests.support.bpf import judge, refuses

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can do everything that the attacks try"),
]

ALL = [(family, name) for family, cases in CASES.items() for name in cases]
PROGRAM = seccomp.build_filter(deny_uncounted_memory=True)
I386 = 0x40000003
CAP_SYS_RESOURCE = 24


def refused_call(number: int, *arguments: int) -> Callable[[], bool]:
    return lambda: refuses(PROGRAM, number, *arguments)


def absent(*paths: str) -> Callable[[], bool]:
    return lambda: not any(os.path.exists(path) for path in paths)


def lacks_sys_resource() -> bool:
    return not int(HostProcess(os.getpid()).status("CapEff")[0], 16) >> CAP_SYS_RESOURCE & 1


# What may fail on a host like this one, and what shows then that it has no hold there, or would meet the filter.
OTHER_PROOFS: Mapping[str, Callable[[], bool]] = {
    **{f"a socket of {name}": refused_call(syscalls.SOCKET, family, 1, 0) for name, family in FAMILIES.items()},
    **{f"netlink for {name}": refused_call(syscalls.SOCKET, NETLINK, 3, number) for name, number in PROTOCOLS.items()},
    "a pair of vsock": refused_call(syscalls.SOCKETPAIR, FAMILIES["vsock"]),
    **{name: refused_call(number) for name, (number, _) in BARE.items()},
    "a call of the x32 kind": refused_call(X32_MKDIR),
    "a call of 32-bit programs": lambda: judge(PROGRAM, I386_MKDIR, architecture=I386) == seccomp.KILL_PROCESS,
    "set the module loader": absent("/proc/sys/kernel/modprobe", "/proc/sys/kernel/hotplug"),
    "press sysrq": absent("/proc/sysrq-trigger", "/proc/sys/kernel/sysrq"),
    "read the kernel's memory": absent(*KERNEL_MEMORY),
    "raise its limits": lacks_sys_resource,
    "be spared before the host": lacks_sys_resource,
}


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    scene = Scene()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ABUSE_SECRET", scene.secret)
        yield scene
    scene.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def verdicts(scene: Scene) -> Mapping[str, Mapping[str, Verdict]]:
    found = {}
    for family in CASES:
        async with victim_on_host(scene) as victim:
            found[family] = await attack_in_the_open(family, scene, victim)
    return found


@pytest.mark.parametrize(("family", "name"), ALL)
async def test_succeeds_in_the_open(verdicts: Mapping[str, Mapping[str, Verdict]], family: str, name: str) -> None:
    verdict = verdicts[family][name]
    if not verdict.succeeded:
        assert name in OTHER_PROOFS, f"{name} fails even without a sandbox: {verdict.error}"
        assert OTHER_PROOFS[name](), (
            f"{name} fails without a sandbox ({verdict.error}), and nothing else proves the fence"
        )
