"""Tar archives, honest and not."""

import io
import tarfile
from collections.abc import AsyncIterator, Callable, Mapping


def tar_of(*members: tuple[tarfile.TarInfo, bytes], tar_format: int = tarfile.PAX_FORMAT) -> bytes:
    """An archive of these members and their bytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tar_format) as archive:
        for info, data in members:
            info.size = len(data) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def member(
    name: str, kind: bytes = tarfile.REGTYPE, link: str = "", pax: Mapping[str, str] | None = None
) -> tarfile.TarInfo:
    """A member without bytes."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.pax_headers = kind, link, dict(pax or {})
    return info


def raw(name: bytes, kind: bytes, size: int, rest: bytes = b"") -> bytes:
    """A header as nobody's library would write it, and what is to follow it."""
    header = bytearray(512)
    header[: len(name)] = name
    header[124:136] = b"%011o\0" % size
    header[156:157] = kind
    header[257:265] = b"ustar\x0000"
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 256 + sum(header[156:]))
    return bytes(header) + rest


def _file(name: str) -> bytes:
    return tar_of((member(name), b"x"))


END = bytes(1024)
TRICKS: Mapping[str, Callable[[], bytes]] = {
    "absolute": lambda: _file("/etc/cron.d/x"),
    "upwards": lambda: _file("a/../../x"),
    "link out": lambda: tar_of((member("l", tarfile.SYMTYPE, "../../etc"), b"")),
    "absolute link": lambda: tar_of((member("l", tarfile.SYMTYPE, "/etc/passwd"), b"")),
    "link by a link": lambda: tar_of(
        (member("d/x", tarfile.SYMTYPE, ".."), b""), (member("y", tarfile.SYMTYPE, "d/x/.."), b"")
    ),
    "through a link": lambda: tar_of((member("l", tarfile.SYMTYPE, "d"), b""), (member("l/x"), b"x")),
    "hard link": lambda: tar_of((member("h", tarfile.LNKTYPE, "/etc/passwd"), b"")),
    "device": lambda: tar_of((member("d", tarfile.BLKTYPE), b"")),
    "character device": lambda: tar_of((member("d", tarfile.CHRTYPE), b"")),
    "FIFO": lambda: tar_of((member("f", tarfile.FIFOTYPE), b"")),
    "twice": lambda: tar_of((member("a"), b"1"), (member("./a"), b"2")),
    "file and folder": lambda: tar_of((member("a"), b"1"), (member("a/b"), b"2")),
    "sparse": lambda: raw(b"s", b"S", 0, END),
    "PAX sparse": lambda: tar_of((member("s", pax={"GNU.sparse.realsize": "99999999999"}), b"x")),
    "PAX path": lambda: tar_of((member("innocent", pax={"path": "../out"}), b"x")),
    "PAX size": lambda: tar_of((member("a", pax={"size": "99999999999999"}), b"x")),
    "PAX link": lambda: tar_of((member("l", tarfile.SYMTYPE, "in", pax={"linkpath": "/etc"}), b"")),
    "large PAX header": lambda: raw(b"p", b"x", 8 * 1024**3 - 1),
    "damaged PAX header": lambda: raw(b"p", b"x", 5, b"99 a=".ljust(512, b"\0") + END),
    "global PAX path": lambda: raw(b"g", b"g", 12, b"12 path=abc\n".ljust(512, b"\0") + END),
    "large GNU name": lambda: raw(b"n", b"L", 1024**3),
    "long name": lambda: _file("x" * 256),
    "no UTF-8": lambda: raw(b"\xff", b"0", 0, END),
    "NUL": lambda: raw(b"n", b"L", 4, b"a\0b\0".ljust(512, b"\0") + raw(b"x", b"0", 0, END)),
    "ours": lambda: _file(".aura-stage-x"),
    "bytes of a folder": lambda: raw(b"d/", b"5", 512, bytes(512) + END),
    "cut off": lambda: tar_of((member("a"), b"x" * 2000))[:1500],
    "no end": lambda: tar_of((member("a"), b""))[:512],
    "behind the end": lambda: tar_of((member("a"), b"")) + _file("b"),
    "damaged": lambda: b"\1" * 1024,
    "negative size": lambda: raw(b"a", b"0", 0)[:124] + b"-0000000001\0" + raw(b"a", b"0", 0)[136:] + END,
}


async def in_pieces(data: bytes, size: int = 700) -> AsyncIterator[bytes]:
    """The bytes a few at a time."""
    for start in range(0, len(data), size):
        yield data[start : start + size]
