"""The filter as a program; what it does to code is shown by the abuse tests."""

import errno
import platform

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local import seccomp, syscalls
from tests.support.bpf import judge

I386 = 0x40000003
PROGRAM = seccomp.build_filter(deny_uncounted_memory=True)


@pytest.mark.parametrize("number", syscalls.DENIED.values(), ids=syscalls.DENIED)
def test_denied_calls(number: int) -> None:
    assert judge(PROGRAM, number) == seccomp.ERRNO | errno.EPERM


@pytest.mark.parametrize("number", syscalls.ABSENT.values(), ids=syscalls.ABSENT)
def test_absent_calls(number: int) -> None:
    assert judge(PROGRAM, number) == seccomp.ERRNO | errno.ENOSYS


@pytest.mark.parametrize(
    ("number", "arguments", "verdict"),
    [
        (0, (), seccomp.ALLOW),
        (syscalls.CLONE, (0x11,), seccomp.ALLOW),
        (syscalls.CLONE, (0x10000000,), errno.EPERM),
        (syscalls.UNSHARE, (0x20000,), errno.EPERM),
        (syscalls.SOCKET, (seccomp.AF_UNIX, 1, 0), seccomp.ALLOW),
        (syscalls.SOCKET, (seccomp.AF_INET, 1, 6), seccomp.ALLOW),
        (syscalls.SOCKET, (seccomp.AF_INET6, 1, 0), seccomp.ALLOW),
        (syscalls.SOCKET, (seccomp.AF_NETLINK, 3, seccomp.NETLINK_ROUTE), seccomp.ALLOW),
        (syscalls.SOCKET, (seccomp.AF_NETLINK, 3, 9), errno.EAFNOSUPPORT),
        (syscalls.SOCKET, (40, 1, 0), errno.EAFNOSUPPORT),
        (syscalls.SOCKETPAIR, (seccomp.AF_UNIX,), seccomp.ALLOW),
        (syscalls.SOCKETPAIR, (40,), errno.EAFNOSUPPORT),
        (syscalls.IOCTL, (0, 0x5401), seccomp.ALLOW),
        (syscalls.IOCTL, (0, seccomp.TIOCSTI), errno.EPERM),
        (syscalls.IOCTL, (0, (1 << 32) | seccomp.TIOCLINUX), errno.EPERM),
        (syscalls.IOCTL, (0, seccomp.TIOCSETD), errno.EPERM),
        (syscalls.PERSONALITY, (seccomp.PERSONALITY_QUERY,), seccomp.ALLOW),
        (syscalls.PERSONALITY, (0x0400000,), errno.EPERM),
        (syscalls.CHMOD, (0, 0o755), seccomp.ALLOW),
        (syscalls.FCHMODAT2, (0, 0, 0o4755), errno.EPERM),
        (syscalls.CREAT, (0, 0o2755), errno.EPERM),
        (syscalls.OPENAT, (0, 0, 0, 0o4755), seccomp.ALLOW),
        (syscalls.OPENAT, (0, 0, 0o100, 0o4755), errno.EPERM),
        (syscalls.OPEN, (0, 0o20200000, 0o4755), errno.EPERM),
        (syscalls.MKNOD, (0, 0o010644), seccomp.ALLOW),
        (syscalls.MKNOD, (0, 0o020644), errno.EPERM),
        (syscalls.MKNODAT, (0, 0, 0o060644), errno.EPERM),
        (syscalls.MKNODAT, (0, 0, 0o104755), errno.EPERM),
        (syscalls.PRLIMIT64, (0, 7), seccomp.ALLOW),
        (syscalls.PRLIMIT64, (1, 7), errno.EPERM),
        (syscalls.HIGHEST_REVIEWED + 1, (), errno.ENOSYS),
        (seccomp.X32_BIT, (), errno.ENOSYS),
    ],
)
def test_ruled_calls(number: int, arguments: tuple[int, ...], verdict: int) -> None:
    expected = verdict if verdict == seccomp.ALLOW else seccomp.ERRNO | verdict
    assert judge(PROGRAM, number, *arguments) == expected


def test_other_architectures_are_killed() -> None:
    assert judge(PROGRAM, 0, architecture=I386) == seccomp.KILL_PROCESS


def test_uncounted_memory_is_denied_only_where_nothing_counts_it() -> None:
    memfd = syscalls.UNCOUNTED_MEMORY["memfd_create"]
    assert judge(PROGRAM, memfd) == seccomp.ERRNO | errno.ENOSYS
    assert judge(seccomp.build_filter(deny_uncounted_memory=False), memfd) == seccomp.ALLOW


@pytest.mark.parametrize(("level", "option", "held"), [(1, 7, True), (1, 8, True), (1, 2, False), (6, 7, False)])
def test_socket_buffers_stay_as_they_are_where_nothing_counts_them(level: int, option: int, held: bool) -> None:
    """The call says that it worked, without having been made."""
    verdict = seccomp.ERRNO if held else seccomp.ALLOW
    assert judge(PROGRAM, syscalls.SETSOCKOPT, 3, level, option) == verdict
    assert (
        judge(seccomp.build_filter(deny_uncounted_memory=False), syscalls.SETSOCKOPT, 3, level, option) == seccomp.ALLOW
    )


def test_refuses_machines_it_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(ProviderUnavailable, match="riscv64"):
        seccomp.build_filter(deny_uncounted_memory=True)
