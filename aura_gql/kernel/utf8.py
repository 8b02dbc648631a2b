"""UTF-8 that comes in pieces."""


def incomplete_tail(data: bytes) -> int:
    """How many bytes at the end, 0 to 3, begin a UTF-8 character that lacks its rest; 0 where they can't be one."""
    for length in range(1, min(3, len(data)) + 1):
        byte = data[-length]
        if byte & 0b1100_0000 == 0b1000_0000:
            continue
        needed = 4 if 0xF0 <= byte <= 0xF4 else 3 if 0xE0 <= byte <= 0xEF else 2 if 0xC2 <= byte <= 0xDF else 1
        return length if length < needed else 0
    return 0
