"""Running a seccomp program as the kernel would."""

import struct

from aura_gql.sandboxes.providers.local import seccomp


def judge(program: bytes, number: int, *arguments: int, architecture: int = seccomp.AUDIT_ARCH_X86_64) -> int:
    """What it says to a system call."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, architecture, 0, *padded)
    accumulator = at = 0
    while True:
        operation, if_true, if_false, operand = struct.unpack_from("<HBBI", program, at * 8)
        at += 1
        match operation:
            case seccomp.LOAD:
                (accumulator,) = struct.unpack_from("<I", data, operand)
            case seccomp.MASK:
                accumulator &= operand
            case seccomp.RETURN:
                return int(operand)
            case seccomp.JUMP_IF_EQUAL:
                at += if_true if accumulator == operand else if_false
            case seccomp.JUMP_IF_GREATER:
                at += if_true if accumulator > operand else if_false
            case seccomp.JUMP_IF_AT_LEAST:
                at += if_true if accumulator >= operand else if_false
            case seccomp.JUMP_IF_ANY_BIT:
                at += if_true if accumulator & operand else if_false
            case _:
                raise AssertionError(operation)


def refuses(program: bytes, number: int, *arguments: int) -> bool:
    """Whether the call is answered with an error or a kill."""
    return judge(program, number, *arguments) != seccomp.ALLOW
