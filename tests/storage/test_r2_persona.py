"""The persona refuses what it should; else a store that passes it has shown nothing."""

import pytest

from tests.support.http_relay import Answer, Request
from tests.support.r2_persona import R2Rules


def put(path: str = "/blobs/x", query: dict[str, str] | None = None, **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("PUT", path, query or {}, {"content-length": "5", **named})


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (put(), None),
        (put(x_amz_acl="public-read"), 501),
        (put(x_amz_server_side_encryption="AES256"), 501),
        (put(query={"tagging": ""}), 501),
        (put(content_encoding="aws-chunked"), 501),
        (put(x_amz_trailer="x-amz-checksum-crc32"), 501),
        (put(query={"partNumber": "1", "uploadId": "1"}, x_amz_checksum_sha256="x"), 501),
        (put(x_amz_checksum_sha256="x"), None),
        (Request("PUT", "/blobs/x", {}, {}), 411),
    ],
)
def test_what_r2_does_not_know(request_: Request, status: int | None) -> None:
    verdict = R2Rules().refuse(request_)
    assert (verdict.status if isinstance(verdict, Answer) else verdict) == status


@pytest.mark.parametrize(("sizes", "taken"), [((5, 5, 3), True), ((5, 4, 5), False), ((5, 6), False), ((5,), True)])
def test_parts_must_be_equal(sizes: tuple[int, ...], taken: bool) -> None:
    rules = R2Rules()
    for number, size in enumerate(sizes, 1):
        assert (
            rules.refuse(put("/blobs/x", {"partNumber": str(number), "uploadId": "1"}, content_length=str(size)))
            is None
        )
    assert (rules.refuse(Request("POST", "/blobs/x", {"uploadId": "1"}, {})) is None) is taken


def test_one_write_a_second_to_an_object() -> None:
    now = [10.0]
    rules = R2Rules(1.0, lambda: now[0])
    assert rules.refuse(put()) is None
    haste = rules.refuse(put())
    assert isinstance(haste, Answer)
    assert haste.status == 429
    assert rules.refuse(put("/blobs/y")) is None
    now[0] += 1
    assert rules.refuse(put()) is None
    rules.rename(put(), Answer.refusal(403, "AccessDenied"))
    assert rules.refuse(put()) is None
