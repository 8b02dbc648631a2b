"""Archives that want to do harm, and a few honest ones: each by name, with the rule that refuses it."""

import gzip
import io
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import zstandard

from aura_gql.storage.archives.errors import ArchiveRule
from aura_gql.storage.archives.values import ArchiveLimits
from tests.support.tars import END, member, raw, tar_of

Rule = ArchiveRule
LIMITS = ArchiveLimits(max_entries=1_000, max_total_bytes=16 * 1024 * 1024, ratio_from_bytes=4 * 1024 * 1024)
"""The bounds that each trick fits into, but for the one that it passes."""

_SYMLINK, _PIPE, _FILE, _FOLDER = 0o120777, 0o010644, 0o100644, 0o040755


@dataclass(frozen=True, slots=True)
class Trick:
    """An archive, the rule that it breaks, and the entry that the refusal names, if it is about one."""

    rule: ArchiveRule
    make: Callable[[], bytes]
    entry: str | None = None


def zip_of(*members: tuple[str, bytes], mode: int = _FILE, packed: bool = False) -> bytes:
    """A zip of these names and their bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo("x" * len(name))
            info.filename = name
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            info.create_system = 3
            archive.writestr(info, data)
    return out.getvalue()


def patched(data: bytes, *changes: tuple[bytes, int, bytes], last: bool = False) -> bytes:
    """`data` with bytes put at so many behind the first (or last) place where a mark is."""
    changed = bytearray(data)
    for mark, offset, put in changes:
        at = (data.rindex(mark) if last else data.index(mark)) + offset
        changed[at : at + len(put)] = put
    return bytes(changed)


LOCAL, CENTRAL, EOCD = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_PLAIN = zip_of(("a.txt", b"hello"))
_SEVERAL = zip_of(("a", b"1" * 99), ("b", b"2" * 99))
_EMPTY = zip_of(("a", b""))
_BOMB = 20 * 1024 * 1024


def _word(value: int) -> bytes:
    return struct.pack("<L", value)


def _overlapping() -> bytes:
    """Two entries of the directory over one local header: what a bomb that is one file many times does."""
    data = zip_of(("a", b"1" * 99))
    at = data.index(CENTRAL)
    entry, end = data[at : data.index(EOCD)], data[data.index(EOCD) :]
    again = entry.replace(b"a", b"b")
    size = len(entry) + len(again)
    return data[:at] + entry + again + patched(end, (EOCD, 8, struct.pack("<2HL", 2, 2, size)))


def _quoted() -> bytes:
    """The first entry's bytes go on over the second's header and bytes: the trick of bombs that quote."""
    second_at = _SEVERAL.index(LOCAL, 4)
    first = _SEVERAL[31 : _SEVERAL.index(CENTRAL)]
    facts = struct.pack("<3L", zlib.crc32(first), len(first), len(first))
    assert second_at > 99
    return patched(_SEVERAL, (LOCAL, 14, facts), (CENTRAL, 16, facts))


def _zip64(claimed: int) -> bytes:
    """An end that refers to a 64-bit end, which claims a number of entries."""
    at = _PLAIN.index(EOCD)
    central_at = _PLAIN.index(CENTRAL)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, claimed, claimed, at - central_at, central_at)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    return _PLAIN[:at] + record + locator + _PLAIN[at:]


def zip_bomb(size: int = _BOMB) -> bytes:
    """A zip of one file of zeros that says its true size."""
    return zip_of(("zeros", bytes(size)), packed=True)


def _lying_bomb() -> bytes:
    data = zip_bomb(2 * 1024 * 1024)
    return patched(data, (LOCAL, 22, _word(5)), (CENTRAL, 24, _word(5)))


def many_entries(count: int) -> bytes:
    """A zip whose directory has so many entries, and says so."""
    central_at, at = _EMPTY.index(CENTRAL), _EMPTY.index(EOCD)
    directory = _EMPTY[central_at:at] * count
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), central_at)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, central_at + len(directory), 1)
    end = struct.pack("<4s4H2LH", EOCD, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return _EMPTY[:central_at] + directory + record + locator + end


def many_members(count: int) -> bytes:
    """A tar.gz of so many empty files, of which the first 1,001 have names of their own."""
    blocks = [raw(b"%d" % number, b"0", 0) for number in range(1_001)]
    return gzip.compress(b"".join(blocks) + blocks[-1] * (count - len(blocks)) + END, 1)


def gzip_bomb(size: int = _BOMB) -> bytes:
    """A tar.gz of one file of zeros."""
    return gzip.compress(raw(b"zeros", b"0", size) + bytes(size) + END, 6)


def zstd_bomb(size: int = _BOMB) -> bytes:
    """A tar.zst of zeros behind its end."""
    return zstandard.compress(_TAR + bytes(size), 1)


def _zst(data: bytes, **options: int) -> bytes:
    parameters = zstandard.ZstdCompressionParameters(**options) if options else None
    packer = zstandard.ZstdCompressor(compression_params=parameters) if parameters else zstandard.ZstdCompressor()
    out = io.BytesIO()
    with packer.stream_writer(out, closefd=False) as writer:
        writer.write(data)
    return out.getvalue()


_TAR = tar_of((member("a.txt"), b"hello"))
_NOISE = random.Random(1).randbytes(5_000)

ZIPS: Mapping[str, Trick] = {
    "zip slip": Trick(Rule.LEADS_OUT, lambda: zip_of(("../../etc/cron.d/x", b"x")), "../../etc/cron.d/x"),
    "zip slip inside": Trick(Rule.LEADS_OUT, lambda: zip_of(("a/../../x", b"x")), "a/../../x"),
    "absolute": Trick(Rule.ABSOLUTE_NAME, lambda: zip_of(("/etc/passwd", b"x")), "/etc/passwd"),
    "drive": Trick(Rule.ABSOLUTE_NAME, lambda: zip_of(("C:/boot.ini", b"x")), "C:/boot.ini"),
    "backslash": Trick(Rule.BACKSLASH, lambda: zip_of(("..\\x", b"x")), "..\\x"),
    "repository": Trick(Rule.BAD_NAME, lambda: zip_of((".git/hooks/post-checkout", b"x")), ".git/hooks/post-checkout"),
    "NUL": Trick(Rule.BAD_NAME, lambda: zip_of(("a\0b", b"x")), "a\0b"),
    "no UTF-8": Trick(Rule.BAD_NAME, lambda: _PLAIN.replace(b"a.txt", b"\xff.txt"), "\\xff.txt"),
    "symlink": Trick(Rule.SYMLINK, lambda: zip_of(("l", b"/etc/passwd"), mode=_SYMLINK), "l"),
    "pipe": Trick(Rule.DEVICE, lambda: zip_of(("p", b""), mode=_PIPE), "p"),
    "folder with bytes": Trick(Rule.CONTRADICTION, lambda: zip_of(("d/", b"x"), mode=_FOLDER), "d/"),
    "file by its mode": Trick(Rule.CONTRADICTION, lambda: zip_of(("d/", b""), mode=_FILE), "d/"),
    "twice": Trick(Rule.DUPLICATE_NAME, lambda: zip_of(("a", b"1"), ("b", b"2")).replace(b"b", b"a"), "a"),
    "twice by case": Trick(Rule.DUPLICATE_NAME, lambda: zip_of(("src/A", b"1"), ("src/a", b"2")), "src/a"),
    "folders by case": Trick(Rule.DUPLICATE_NAME, lambda: zip_of(("Src/a", b"1"), ("src/b", b"2")), "src/b"),
    "twice by form": Trick(Rule.DUPLICATE_NAME, lambda: zip_of(("\u00e4", b"1"), ("a\u0308", b"2")), "a\u0308"),
    "twice by dot": Trick(Rule.DUPLICATE_NAME, lambda: zip_of(("a", b"1"), ("./a", b"2")), "./a"),
    "file and folder": Trick(Rule.FILE_AND_FOLDER, lambda: zip_of(("a", b"1"), ("a/b", b"2")), "a/b"),
    "encrypted": Trick(Rule.ENCRYPTED, lambda: patched(_PLAIN, (LOCAL, 6, b"\1"), (CENTRAL, 8, b"\1")), "a.txt"),
    "AES": Trick(Rule.ENCRYPTED, lambda: patched(_PLAIN, (LOCAL, 8, b"\x63"), (CENTRAL, 10, b"\x63")), "a.txt"),
    "method": Trick(Rule.UNKNOWN_METHOD, lambda: patched(_PLAIN, (LOCAL, 8, b"\x0e"), (CENTRAL, 10, b"\x0e")), "a.txt"),
    "cut off": Trick(Rule.TRUNCATED, lambda: _PLAIN[:-5]),
    "cut in the middle": Trick(Rule.TRUNCATED, lambda: _PLAIN[:40]),
    "trailing": Trick(Rule.TRAILING_DATA, lambda: _PLAIN + b"more"),
    "front cut off": Trick(Rule.CONTRADICTION, lambda: LOCAL + _PLAIN),
    "other local name": Trick(Rule.CONTRADICTION, lambda: patched(_PLAIN, (LOCAL, 30, b"b")), "a.txt"),
    "other local size": Trick(Rule.CONTRADICTION, lambda: patched(_PLAIN, (LOCAL, 22, _word(99))), "a.txt"),
    "hidden first entry": Trick(Rule.CONTRADICTION, lambda: _hidden(is_first=True)),
    "hidden entry": Trick(Rule.CONTRADICTION, lambda: _hidden(), "a"),
    "one entry fewer": Trick(Rule.CONTRADICTION, lambda: patched(_SEVERAL, (EOCD, 8, struct.pack("<2H", 1, 1)))),
    "one entry more": Trick(Rule.CONTRADICTION, lambda: patched(_SEVERAL, (EOCD, 8, struct.pack("<2H", 3, 3)))),
    "zip64 of other count": Trick(Rule.CONTRADICTION, lambda: _zip64(2)),
    "zip64 beside another end": Trick(
        Rule.CONTRADICTION, lambda: patched(_zip64(1), (EOCD, 8, struct.pack("<2H", 7, 7)))
    ),
    "zip64 without": Trick(Rule.CONTRADICTION, lambda: patched(_PLAIN, (EOCD, 8, b"\xff\xff\xff\xff"))),
    "zip64 size without": Trick(Rule.CONTRADICTION, lambda: patched(_PLAIN, (CENTRAL, 24, b"\xff" * 4)), "a.txt"),
    "split": Trick(Rule.CONTRADICTION, lambda: patched(_PLAIN, (EOCD, 4, b"\1\0\1\0"))),
    "overlapping": Trick(Rule.OVERLAP, _overlapping, "a"),
    "quoting": Trick(Rule.OVERLAP, _quoted, "a"),
    "checksum": Trick(Rule.DAMAGED, lambda: _PLAIN.replace(b"hello", b"hallo"), "a.txt"),
    "deflate": Trick(Rule.DAMAGED, lambda: patched(zip_of(("a", _NOISE), packed=True), (LOCAL, 31, b"\xff" * 20))),
    "more than it says": Trick(Rule.CONTRADICTION, _lying_bomb, "zeros"),
    "bomb": Trick(Rule.FILE_TOO_LARGE, zip_bomb, "zeros"),
    "bomb of many": Trick(Rule.TOO_LARGE, lambda: zip_of(*((str(n), bytes(2**20)) for n in range(20)), packed=True)),
    "bomb by ratio": Trick(Rule.RATIO, lambda: zip_of(*((str(n), bytes(2**20)) for n in range(10)), packed=True)),
    "entries": Trick(Rule.TOO_MANY_ENTRIES, lambda: many_entries(100_000)),
    "entries unsaid": Trick(
        Rule.CONTRADICTION, lambda: patched(many_entries(5), (b"PK\x06\x06", 24, b"\4" + bytes(7) + b"\4"))
    ),
    "deep entries": Trick(Rule.TOO_MANY_ENTRIES, lambda: zip_of(*((f"{n}/b/c/d/e/f", b"") for n in range(201)))),
}
TARS: Mapping[str, Trick] = {
    "upwards": Trick(Rule.LEADS_OUT, lambda: tar_of((member("a/../../x"), b"x")), "a/../../x"),
    "absolute": Trick(Rule.ABSOLUTE_NAME, lambda: tar_of((member("/etc/cron.d/x"), b"x")), "/etc/cron.d/x"),
    "PAX path": Trick(Rule.LEADS_OUT, lambda: tar_of((member("a", pax={"path": "../out"}), b"x")), "../out"),
    "symlink": Trick(Rule.SYMLINK, lambda: tar_of((member("l", tarfile.SYMTYPE, "/etc"), b"")), "l"),
    "hard link": Trick(Rule.HARD_LINK, lambda: tar_of((member("h", tarfile.LNKTYPE, "/etc/passwd"), b"")), "h"),
    "device": Trick(Rule.DEVICE, lambda: tar_of((member("d", tarfile.BLKTYPE), b"")), "d"),
    "FIFO": Trick(Rule.DEVICE, lambda: tar_of((member("f", tarfile.FIFOTYPE), b"")), "f"),
    "sparse": Trick(Rule.SPARSE, lambda: raw(b"s", b"S", 0, END), "s"),
    "PAX sparse": Trick(Rule.SPARSE, lambda: tar_of((member("s", pax={"GNU.sparse.realsize": "9"}), b"x"))),
    "kind": Trick(Rule.UNKNOWN_KIND, lambda: raw(b"m", b"M", 0, END), "m"),
    "twice": Trick(Rule.DUPLICATE_NAME, lambda: tar_of((member("a"), b"1"), (member("./a"), b"2")), "./a"),
    "file and folder": Trick(Rule.FILE_AND_FOLDER, lambda: tar_of((member("a"), b""), (member("a/b"), b"")), "a/b"),
    "PAX size": Trick(Rule.FILE_TOO_LARGE, lambda: tar_of((member("a", pax={"size": "9" * 12}), b"x")), "a"),
    "large PAX header": Trick(Rule.DAMAGED, lambda: raw(b"p", b"x", 8 * 1024**3 - 1)),
    "large GNU name": Trick(Rule.DAMAGED, lambda: raw(b"n", b"L", 1024**3)),
    "endless headers": Trick(Rule.UNKNOWN_KIND, lambda: raw(b"p", b"x", 0) * 9 + END, "p"),
    "damaged PAX header": Trick(Rule.DAMAGED, lambda: raw(b"p", b"x", 5, b"99 a=".ljust(512, b"\0") + END)),
    "global path": Trick(Rule.CONTRADICTION, lambda: raw(b"g", b"g", 12, b"12 path=abc\n".ljust(512, b"\0") + END)),
    "no UTF-8": Trick(Rule.BAD_NAME, lambda: raw(b"\xff", b"0", 0, END), "\\xff"),
    "folder with bytes": Trick(Rule.CONTRADICTION, lambda: raw(b"d/", b"5", 512, bytes(512) + END), "d/"),
    "cut off": Trick(Rule.TRUNCATED, lambda: tar_of((member("a"), b"x" * 2000))[:1500]),
    "no end": Trick(Rule.TRUNCATED, lambda: _TAR[:1024]),
    "behind the end": Trick(Rule.TRAILING_DATA, lambda: _TAR + tar_of((member("b"), b""))),
    "damaged later": Trick(Rule.DAMAGED, lambda: _TAR[:1024] + b"\1" * 1024),
    "gzip cut off": Trick(Rule.TRUNCATED, lambda: gzip.compress(_TAR)[:-9]),
    "gzip trailing": Trick(Rule.TRAILING_DATA, lambda: gzip.compress(_TAR) + b"x"),
    "gzip twice": Trick(Rule.TRAILING_DATA, lambda: gzip.compress(_TAR) * 2),
    "gzip checksum": Trick(Rule.DAMAGED, lambda: gzip.compress(_TAR)[:-8] + bytes(8)),
    "gzip bomb": Trick(Rule.FILE_TOO_LARGE, gzip_bomb, "zeros"),
    "gzip of no tar": Trick(Rule.DAMAGED, lambda: gzip.compress(b"\1" * 2000)),
    "entries": Trick(Rule.TOO_MANY_ENTRIES, lambda: many_members(100_000)),
    "zstd cut off": Trick(Rule.TRUNCATED, lambda: _zst(_TAR + _NOISE)[:-2000]),
    "zstd cut checksum": Trick(
        Rule.TRUNCATED, lambda: zstandard.ZstdCompressor(write_checksum=True).compress(_TAR)[:-2]
    ),
    "zstd trailing": Trick(Rule.TRAILING_DATA, lambda: _zst(_TAR) + b"x"),
    "zstd twice": Trick(Rule.TRAILING_DATA, lambda: _zst(_TAR) * 2),
    "zstd window": Trick(Rule.WINDOW_TOO_LARGE, lambda: _zst(_TAR, window_log=27)),
    "zstd damaged": Trick(Rule.DAMAGED, lambda: b"\x28\xb5\x2f\xfd" + b"\xff" * 40),
    "zstd bomb": Trick(Rule.RATIO, zstd_bomb),
}
OTHERS: Mapping[str, Trick] = {
    "nothing": Trick(Rule.NOT_AN_ARCHIVE, lambda: b""),
    "text": Trick(Rule.NOT_AN_ARCHIVE, lambda: b"print(1)\n" * 200),
    "7z": Trick(Rule.NOT_AN_ARCHIVE, lambda: b"7z\xbc\xaf\x27\x1c" + bytes(600)),
    "RAR": Trick(Rule.NOT_AN_ARCHIVE, lambda: b"Rar!\x1a\x07\x01\x00" + bytes(600)),
}
TRICKS: Mapping[str, Trick] = {
    **{f"zip: {name}": trick for name, trick in ZIPS.items()},
    **{f"tar: {name}": trick for name, trick in TARS.items()},
    **OTHERS,
}


def _hidden(*, is_first: bool = False) -> bytes:
    """An entry between two others, or before them, that the directory does not tell of."""
    three = zip_of(("a", b"1"), ("h", b"2"), ("b", b"3"))
    at = three.index(CENTRAL) if is_first else three.index(CENTRAL, three.index(CENTRAL) + 4)
    end = three.index(CENTRAL, at + 4)
    kept = three[:at] + three[end:]
    size = kept.index(EOCD) - kept.index(CENTRAL)
    return patched(kept, (EOCD, 8, struct.pack("<2HL", 2, 2, size)))
