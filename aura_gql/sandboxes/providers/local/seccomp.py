"""The seccomp filter of a sandbox, as classic BPF built by hand: no libseccomp to install or to trust."""

import errno
import functools
import platform
import stat
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local import syscalls

# BPF operations (linux/bpf_common.h): load a word, compare and jump, mask, return.
LOAD = 0x20
JUMP_IF_EQUAL = 0x15
JUMP_IF_GREATER = 0x25
JUMP_IF_AT_LEAST = 0x35
JUMP_IF_ANY_BIT = 0x45
MASK = 0x54
RETURN = 0x06

# Verdicts (linux/seccomp.h).
ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
ERRNO = 0x00050000

# Offsets in struct seccomp_data.
NUMBER = 0
ARCHITECTURE = 4
FIRST_ARGUMENT = 16

AUDIT_ARCH_X86_64 = 0xC000003E
X32_BIT = 0x40000000
# CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET together.
NEW_NAMESPACES = 0x7E020080
AF_UNIX, AF_INET, AF_INET6, AF_NETLINK = 1, 2, 10, 16
NETLINK_ROUTE = 0
# Both push characters into a terminal as if they were typed.
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
# Has the kernel load a line discipline, a driver of modems or the like, for a terminal.
TIOCSETD = 0x5423
PERSONALITY_LINUX, PERSONALITY_NO_RANDOM, PERSONALITY_QUERY = 0, 0x40000, 0xFFFFFFFF
SET_ID_BITS = stat.S_ISUID | stat.S_ISGID
THE_CALLER = 0
SOL_SOCKET, NO_ERROR = 1, 0
# SO_SNDBUF and SO_RCVBUF; those that force it are root's.
BUFFER_OPTIONS = (7, 8)
CREATE_FLAGS = 0o20000100  # O_CREAT and the bit that tells O_TMPFILE from O_DIRECTORY


@dataclass(frozen=True, slots=True)
class Instruction:
    """One BPF instruction; jumps are relative to the next one."""

    operation: int
    operand: int
    if_true: int = 0
    if_false: int = 0

    def encode(self) -> bytes:
        """struct sock_filter."""
        return struct.pack("<HBBI", self.operation, self.if_true, self.if_false, self.operand)


def build_filter(*, deny_uncounted_memory: bool) -> bytes:
    """The program to hand to bubblewrap. Raises ProviderUnavailable on a machine whose call numbers we do not know."""
    if platform.machine() != "x86_64":
        raise ProviderUnavailable(
            f"The local sandbox has no system call table for {platform.machine()}, only for x86_64."
        )
    return _assembled(deny_uncounted_memory)


@functools.cache
def _assembled(deny_uncounted_memory: bool) -> bytes:
    """The same for every sandbox, and half a millisecond to make."""
    program = [*_foreign_calls()]
    program += _answer_each(syscalls.DENIED.values(), errno.EPERM)
    program += _answer_each(syscalls.ABSENT.values(), errno.ENOSYS)
    if deny_uncounted_memory:
        program += _answer_each(syscalls.UNCOUNTED_MEMORY.values(), errno.ENOSYS)
        program += _buffer_sizes()
    program += [
        *_namespaces(),
        *_sockets(),
        *_terminals_and_personality(),
        *_set_id_files(),
        *_devices(),
        *_limits_of_others(),
        _verdict(ALLOW),
    ]
    return b"".join(instruction.encode() for instruction in program)


def _foreign_calls() -> list[Instruction]:
    """32-bit and x32 calls have other numbers and would walk past every rule below."""
    return [
        Instruction(LOAD, ARCHITECTURE),
        Instruction(JUMP_IF_EQUAL, AUDIT_ARCH_X86_64, 1, 0),
        _verdict(KILL_PROCESS),
        Instruction(LOAD, NUMBER),
        Instruction(JUMP_IF_AT_LEAST, X32_BIT, 0, 1),
        _refuse(errno.ENOSYS),
        Instruction(JUMP_IF_GREATER, syscalls.HIGHEST_REVIEWED, 0, 1),
        _refuse(errno.ENOSYS),
    ]


def _namespaces() -> list[Instruction]:
    flags_rule = [
        _load_argument(0),
        Instruction(JUMP_IF_ANY_BIT, NEW_NAMESPACES, 0, 1),
        _refuse(errno.EPERM),
        _verdict(ALLOW),
    ]
    return [*_on_call(syscalls.CLONE, flags_rule), *_on_call(syscalls.UNSHARE, flags_rule)]


def _sockets() -> list[Instruction]:
    """UNIX, IPv4, IPv6 and route netlink alone: a network namespace does not cover AF_VSOCK and its like."""
    socket_rule = [
        _load_argument(0),
        Instruction(JUMP_IF_EQUAL, AF_UNIX, 6, 0),
        Instruction(JUMP_IF_EQUAL, AF_INET, 5, 0),
        Instruction(JUMP_IF_EQUAL, AF_INET6, 4, 0),
        Instruction(JUMP_IF_EQUAL, AF_NETLINK, 0, 2),
        _load_argument(2),
        Instruction(JUMP_IF_EQUAL, NETLINK_ROUTE, 1, 0),
        _refuse(errno.EAFNOSUPPORT),
        _verdict(ALLOW),
    ]
    pair_rule = [
        _load_argument(0),
        Instruction(JUMP_IF_EQUAL, AF_UNIX, 1, 0),
        _refuse(errno.EAFNOSUPPORT),
        _verdict(ALLOW),
    ]
    return [*_on_call(syscalls.SOCKET, socket_rule), *_on_call(syscalls.SOCKETPAIR, pair_rule)]


def _terminals_and_personality() -> list[Instruction]:
    ioctl_rule = [
        _load_argument(1),
        Instruction(JUMP_IF_EQUAL, TIOCSTI, 3, 0),
        Instruction(JUMP_IF_EQUAL, TIOCLINUX, 2, 0),
        Instruction(JUMP_IF_EQUAL, TIOCSETD, 1, 0),
        _verdict(ALLOW),
        _refuse(errno.EPERM),
    ]
    personality_rule = [
        _load_argument(0),
        Instruction(JUMP_IF_EQUAL, PERSONALITY_LINUX, 3, 0),
        Instruction(JUMP_IF_EQUAL, PERSONALITY_NO_RANDOM, 2, 0),
        Instruction(JUMP_IF_EQUAL, PERSONALITY_QUERY, 1, 0),
        _refuse(errno.EPERM),
        _verdict(ALLOW),
    ]
    return [*_on_call(syscalls.IOCTL, ioctl_rule), *_on_call(syscalls.PERSONALITY, personality_rule)]


def _set_id_files() -> list[Instruction]:
    """A set-id file in the project would be one on the host as well."""
    program: list[Instruction] = []
    mode_arguments = {
        syscalls.CHMOD: 1,
        syscalls.FCHMOD: 1,
        syscalls.CREAT: 1,
        syscalls.FCHMODAT: 2,
        syscalls.FCHMODAT2: 2,
    }
    for number, mode in mode_arguments.items():
        rule = [
            _load_argument(mode),
            Instruction(JUMP_IF_ANY_BIT, SET_ID_BITS, 0, 1),
            _refuse(errno.EPERM),
            _verdict(ALLOW),
        ]
        program += _on_call(number, rule)
    for number, flags in ((syscalls.OPEN, 1), (syscalls.OPENAT, 2)):
        rule = [
            _load_argument(flags),
            Instruction(JUMP_IF_ANY_BIT, CREATE_FLAGS, 0, 2),
            _load_argument(flags + 1),
            Instruction(JUMP_IF_ANY_BIT, SET_ID_BITS, 1, 0),
            _verdict(ALLOW),
            _refuse(errno.EPERM),
        ]
        program += _on_call(number, rule)
    return program


def _devices() -> list[Instruction]:
    program: list[Instruction] = []
    for number, mode in ((syscalls.MKNOD, 1), (syscalls.MKNODAT, 2)):
        rule = [
            _load_argument(mode),
            Instruction(JUMP_IF_ANY_BIT, SET_ID_BITS, 4, 0),
            Instruction(MASK, 0o170000),
            Instruction(JUMP_IF_EQUAL, stat.S_IFCHR, 2, 0),
            Instruction(JUMP_IF_EQUAL, stat.S_IFBLK, 1, 0),
            _verdict(ALLOW),
            _refuse(errno.EPERM),
        ]
        program += _on_call(number, rule)
    return program


def _limits_of_others() -> list[Instruction]:
    """PID 1 has the same user as the code, which is all that the kernel asks for before one limits the other."""
    rule = [
        _load_argument(0),
        Instruction(JUMP_IF_EQUAL, THE_CALLER, 1, 0),
        _refuse(errno.EPERM),
        _verdict(ALLOW),
    ]
    return _on_call(syscalls.PRLIMIT64, rule)


def _buffer_sizes() -> list[Instruction]:
    """Sockets keep the buffers that they have, and programs are told that it worked: the kernel caps a wish as well."""
    rule = [
        _load_argument(1),
        Instruction(JUMP_IF_EQUAL, SOL_SOCKET, 0, 3),
        _load_argument(2),
        *(Instruction(JUMP_IF_EQUAL, option, 2 - at, 0) for at, option in enumerate(BUFFER_OPTIONS)),
        _verdict(ALLOW),
        _refuse(NO_ERROR),
    ]
    return _on_call(syscalls.SETSOCKOPT, rule)


def _answer_each(numbers: Iterable[int], error: int) -> list[Instruction]:
    return [instruction for number in numbers for instruction in _on_call(number, [_refuse(error)])]


def _on_call(number: int, rule: list[Instruction]) -> list[Instruction]:
    """The rule for one call. It must return on every path: it may have replaced the number that was loaded."""
    return [Instruction(JUMP_IF_EQUAL, number, 0, len(rule)), *rule]


def _load_argument(position: int) -> Instruction:
    """The low half of an argument: all that the rules compare are 32-bit values."""
    return Instruction(LOAD, FIRST_ARGUMENT + 8 * position)


def _refuse(error: int) -> Instruction:
    return _verdict(ERRNO | error)


def _verdict(value: int) -> Instruction:
    return Instruction(RETURN, value)
