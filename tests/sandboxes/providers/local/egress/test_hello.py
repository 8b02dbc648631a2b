"""Reading ClientHellos that the standard library writes, and worse ones."""

import ssl

import pytest

from aura_gql.sandboxes.providers.local.egress.hello import Hello, NotTls, parse_hello


def hello(name: str | None) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    return outgoing.read()


def in_records(message: bytes, size: int) -> bytes:
    """The handshake message of one record, spread over records of `size` bytes."""
    pieces = [message[5:][at : at + size] for at in range(0, len(message) - 5, size)]
    return b"".join(message[:3] + len(piece).to_bytes(2, "big") + piece for piece in pieces)


def test_reads_the_name() -> None:
    assert parse_hello(hello("A.Example.com")) == Hello("a.example.com")
    assert parse_hello(hello("a.example.com") + b"early data") == Hello("a.example.com")


def test_there_may_be_none() -> None:
    assert parse_hello(hello(None)) == Hello(None)


def test_waits_for_the_whole_of_it() -> None:
    whole = hello("a.example.com")
    assert [at for at in range(len(whole)) if parse_hello(whole[:at]) is not None] == []


def test_it_may_come_in_small_records() -> None:
    for size in (100, 200, 400):
        assert parse_hello(in_records(hello("a.example.com"), size)) == Hello("a.example.com")


def test_it_may_not_come_in_crumbs() -> None:
    with pytest.raises(NotTls):
        parse_hello(in_records(hello("a.example.com"), 1))


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        b"S",
        b"\x16\x03\x01\xff\xff",
        b"\x16\x03\x01\x00\x00",
        b"\x16\x02\x01\x00\x05\x01",
        b"\x16\x03\x01\x00\x01\x02",
        b"\x16\x03\x01\x00\x04\x01\xff\xff\xff",
        b"\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x03",
        b"\x17\x03\x03\x00\x05hello",
    ],
)
def test_refuses_the_rest(data: bytes) -> None:
    with pytest.raises(NotTls):
        parse_hello(data)


def test_a_hello_whose_names_are_doubled_or_cut() -> None:
    whole = hello("a.example.com")
    at = whole.index(b"a.example.com")
    broken = whole[: at - 2] + b"\xff\xff" + whole[at:]
    with pytest.raises(NotTls):
        parse_hello(broken)
