"""Lines out of pieces of any size. One without an end is thrown away as it comes."""

from collections.abc import Iterator

from aura_gql.sandboxes.providers.remote.wire.frames import MAX_LINE_BYTES


class LineReader:
    """Feed it what came; it keeps less than one line of the greatest length."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._is_overlong = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The lines that this piece completes, without their ends; to be read to the last one."""
        *ends, rest = data.split(b"\n")
        for end in ends:
            self._keep(end)
            if not self._is_overlong:
                yield bytes(self._held).removesuffix(b"\r")
            self._held.clear()
            self._is_overlong = False
        self._keep(rest)

    def _keep(self, data: bytes) -> None:
        if self._is_overlong or len(self._held) + len(data) > MAX_LINE_BYTES:
            self._is_overlong = True
            self._held.clear()
        else:
            self._held += data
