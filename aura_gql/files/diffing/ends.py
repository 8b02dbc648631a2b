"""What two texts begin and end with alike, so that only what lies between has to be compared."""


def common_ends(old: bytes, new: bytes, context: int) -> tuple[int, int]:
    """How many bytes at the start and at the end are whole lines that both have, but for the `context` lines next to
    what differs. The two never overlap.
    """
    head = old.rfind(b"\n", 0, _shared_head(old, new)) + 1
    # The first line of what both end with may be the rest of two lines that differ.
    tail = _without_line(old, _shared_tail(old[head:], new[head:]))
    for _ in range(context):
        head = old.rfind(b"\n", 0, max(0, head - 1)) + 1
        tail = _without_line(old, tail)
    return head, tail


def _shared_head(old: bytes, new: bytes) -> int:
    """By halving, as comparing slices is quick and comparing bytes one by one is not."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _shared_tail(old: bytes, new: bytes) -> int:
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _without_line(text: bytes, tail: int) -> int:
    """The length of the last `tail` bytes without the first line in them."""
    newline = text.find(b"\n", len(text) - tail)
    return 0 if newline < 0 else len(text) - newline - 1
