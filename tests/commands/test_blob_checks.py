"""The doctor's checks of the blob store, on a real server that works and on one that is troubled."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from aura_gql.commands.blob_checks import check_blobs
from aura_gql.commands.findings import Finding, State
from aura_gql.settings import Mode, Settings, load_settings
from tests.storage.s3_stores import RawBucket
from tests.support.full_disk import no_file_over
from tests.support.http_relay import Answer, HangUp, HttpRelay, Request, Rule, Verdict
from tests.support.sdk import one_loader
from tests.support.seaweed import Seaweed, needs_seaweed

__all__ = ["one_loader"]

DOCUMENT = Path(__file__).parents[2].joinpath("docs", "deployment.md").read_text(encoding="utf-8")
PAGE = "https://aura.example.com"


@pytest.fixture(scope="module")
def as_documented(seaweed: Seaweed) -> Seaweed:
    """The bucket has the rules that the document tells people to give theirs."""
    lifecycle, cors = (
        json.loads(block) for block in re.findall(r"```json\n(\{\n  \"Rules.*?|\[.*?)```", DOCUMENT, re.S)
    )

    async def configure() -> None:
        raw = RawBucket(seaweed.bucket())
        await raw.configure(cors, lifecycle)
        await raw.close()

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(configure())
    return seaweed


def settings_for(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load_settings(Mode.DEVELOPMENT, None)


def in_bucket(monkeypatch: pytest.MonkeyPatch, endpoint_url: str, **values: str) -> Settings:
    bucket = {
        "R2_ENDPOINT_URL": endpoint_url,
        "R2_ACCESS_KEY_ID": "testkey",
        "R2_SECRET_ACCESS_KEY": "testsecret123",
        "R2_BUCKET": "blobs",
        "R2_REGION": "us-east-1",
        "ALLOWED_ORIGINS": PAGE,
    }
    return settings_for(monkeypatch, **bucket | values)


def told(findings: list[Finding]) -> list[tuple[str, State]]:
    return [(finding.subject, finding.state) for finding in findings]


ALL_WELL = [(subject, State.OK) for subject in ("Blobs", "Blobs in parts", "Blob links", "Blob links for pages")]


async def test_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = settings_for(monkeypatch, BLOB_DIRECTORY=str(tmp_path / "blobs"))
    (finding,) = await check_blobs(settings)
    assert finding.state in (State.OK, State.WARNING)  # The disk of whoever runs this may be full.
    with no_file_over(3):
        (finding,) = await check_blobs(settings)
    assert (finding.state, "File too large" in finding.detail) == (State.FAILED, True)


async def test_a_disk_that_is_nearly_full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = type("Usage", (), {"free": 10 * 1024**2, "total": 1024**4})
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)
    (finding,) = await check_blobs(settings_for(monkeypatch, BLOB_DIRECTORY=str(tmp_path)))
    assert (finding.state, "10 MiB left" in finding.detail) == (State.WARNING, True)


@needs_seaweed
async def test_a_bucket_as_the_document_has_it(monkeypatch: pytest.MonkeyPatch, as_documented: Seaweed) -> None:
    settings = in_bucket(monkeypatch, as_documented.https_url, R2_CA_FILE=str(as_documented.ca_file))
    assert told(await check_blobs(settings)) == ALL_WELL


@needs_seaweed
@pytest.mark.parametrize(
    ("values", "detail", "advice"),
    [
        ({"R2_BUCKET": "nowhere"}, "no such bucket", "Make the bucket nowhere, or correct R2_BUCKET."),
        ({"R2_SECRET_ACCESS_KEY": "other"}, "credentials", "R2_SECRET_ACCESS_KEY"),
        ({"R2_ENDPOINT_URL": "http://127.0.0.1:1"}, "does not answer", "http://127.0.0.1:1 is right"),
    ],
)
async def test_what_is_wrong_with_the_settings(
    monkeypatch: pytest.MonkeyPatch, seaweed: Seaweed, values: dict[str, str], detail: str, advice: str
) -> None:
    (finding,) = await check_blobs(in_bucket(monkeypatch, seaweed.http_url, **values))
    assert finding.state is State.FAILED
    assert detail in finding.detail
    assert advice in finding.advice


@needs_seaweed
async def test_an_authority_that_nobody_vouches_for(monkeypatch: pytest.MonkeyPatch, seaweed: Seaweed) -> None:
    (finding,) = await check_blobs(in_bucket(monkeypatch, seaweed.https_url))
    assert "R2_CA_FILE" in finding.advice


def no_clock(request: Request) -> Verdict:
    return Answer.refusal(403, "RequestTimeTooSkewed")


def no_parts(request: Request) -> Verdict:
    return Answer.refusal(501, "NotImplemented") if "uploads" in request.query else None


def no_signed_upload(request: Request) -> Verdict:
    is_signed = request.method == "PUT" and "X-Amz-Signature" in request.query
    return Answer.refusal(403, "SignatureDoesNotMatch") if is_signed else None


def no_signed_download(request: Request) -> Verdict:
    return HangUp(0) if request.method == "GET" and "X-Amz-Signature" in request.query else None


def elsewhere(request: Request) -> Verdict:
    is_signed = request.method == "PUT" and "X-Amz-Signature" in request.query
    return Answer(307, {"location": "https://example.com/", "content-length": "0"}, b"") if is_signed else None


def pages_elsewhere(request: Request) -> Verdict:
    allowed = {f"access-control-allow-{name}": "*" for name in ("origin", "methods", "headers")}
    return Answer(307, {**allowed, "content-length": "0"}, b"") if request.method == "OPTIONS" else None


def any_length(request: Request) -> Verdict:
    return Answer(200, {"content-length": "0"}, b"") if request.method == "PUT" and request.length == 33 else None


def no_pages(request: Request) -> Verdict:
    return Answer.refusal(403, "AccessForbidden") if request.method == "OPTIONS" else None


@needs_seaweed
@pytest.mark.parametrize(
    ("rule", "subject", "state", "detail", "advice"),
    [
        (no_clock, "Blobs", State.FAILED, "clock", "timedatectl"),
        (no_parts, "Blobs in parts", State.FAILED, "NotImplemented", "R2_"),
        (no_signed_upload, "Blob links", State.FAILED, "403 SignatureDoesNotMatch", "version 4"),
        (elsewhere, "Blob links", State.FAILED, "upload is refused: 307", "version 4"),
        (pages_elsewhere, "Blob links for pages", State.WARNING, PAGE, "CORS rule"),
        (no_signed_download, "Blob links", State.FAILED, "no answer", "R2_ENDPOINT_URL"),
        (any_length, "Blob links", State.WARNING, "more than was signed", "lifecycle"),
        (no_pages, "Blob links for pages", State.WARNING, PAGE, "content-type, x-amz-checksum-sha256"),
    ],
)
async def test_what_is_wrong_with_the_store(
    monkeypatch: pytest.MonkeyPatch,
    as_documented: Seaweed,
    rule: Rule,
    subject: str,
    state: State,
    detail: str,
    advice: str,
) -> None:
    async with HttpRelay(as_documented.http_url, [rule]) as relay:
        findings = await check_blobs(in_bucket(monkeypatch, relay.url))
    raw = RawBucket(as_documented.bucket())
    assert not [key for key in await raw.keys() if key.startswith(("self-check/", "_uploads/"))]
    await raw.close()
    (finding,) = [finding for finding in findings if finding.state is not State.OK]
    assert (finding.subject, finding.state) == (subject, state)
    assert detail in finding.detail
    assert advice in finding.advice
