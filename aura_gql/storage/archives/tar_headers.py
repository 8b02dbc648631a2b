"""The fields of the headers in tar archives (ustar, PAX), for readers that refuse in their own words what is wrong."""

BLOCK = 512
_CHECKSUM = slice(148, 156)
_LONGEST_LENGTH = 6


def is_sound(block: bytes) -> bool:
    """Whether the checksum of a header is right."""
    return sum(block[:148]) + 8 * 32 + sum(block[156:]) == octal(block[_CHECKSUM])


def octal(field: bytes) -> int | None:
    """The number in a field, 0 for an empty one; None where there is anything but octal digits."""
    digits = field.strip(b" \0")
    return None if any(each not in b"01234567" for each in digits) else int(digits or b"0", 8)


def plain_name(block: bytes) -> bytes:
    """The name in a header itself, with the prefix that ustar has for it."""
    name, prefix = block[:100].split(b"\0")[0], block[345:500].split(b"\0")[0]
    return prefix + b"/" + name if prefix and block[257:263] == b"ustar\0" else name


def pax_records(value: bytes) -> list[tuple[str, bytes]] | None:
    """The `length name=value` lines of an extended header; None where it is damaged."""
    found = []
    while value:
        length, space, _ = value.partition(b" ")
        is_length = space and length.isdigit() and len(length) <= _LONGEST_LENGTH
        if not is_length or not len(length) + 2 < int(length) <= len(value):
            return None
        line, value = value[len(length) + 1 : int(length)], value[int(length) :]
        name, equals, said = line.partition(b"=")
        if not equals or not line.endswith(b"\n"):
            return None
        found.append((name.decode("latin-1"), said[:-1]))
    return found
