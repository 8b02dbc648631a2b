from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aura_gql.auth.better_auth import sign, token_from_bearer
from aura_gql.storage.errors import LinkExpired, LinkRefused
from aura_gql.storage.signing import MAX_TOKEN_LENGTH, DownloadClaim, LinkSigner, UploadClaim

SECRET = "a-secret-for-tests-that-is-long-enough"
DOWNLOAD = DownloadClaim("ada", "projects/1", "0" * 64, 5, "naïve 猫.txt", "text/plain", 2_000_000_000)
UPLOAD = UploadClaim("ada", "0" * 24, 5, "0" * 64, "application/zip", 2_000_000_000)
SIGNER = LinkSigner(SECRET)
TOKEN = SIGNER.sign(DOWNLOAD)


def test_a_token_says_what_was_signed() -> None:
    assert SIGNER.read(DownloadClaim, TOKEN) == DOWNLOAD
    assert SIGNER.read(UploadClaim, SIGNER.sign(UPLOAD)) == UPLOAD
    assert LinkSigner(SECRET).sign(DOWNLOAD) == TOKEN


def changed(at: int) -> str:
    """The token with another character at a place of it."""
    return TOKEN[:at] + ("A" if TOKEN[at] != "A" else "B") + TOKEN[at + 1 :]


def loose_end() -> str:
    """The same signature with other bits behind its last byte, which lax decoders drop."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return TOKEN[:-1] + alphabet[alphabet.index(TOKEN[-1]) ^ 1]


def extended() -> str:
    """The claim with a later end under the old signature."""
    version, claim, signature = TOKEN.split(".")
    later = urlsafe_b64decode(claim + "==").replace(b"2000000000", b"2000000001")
    return ".".join([version, urlsafe_b64encode(later).rstrip(b"=").decode(), signature])


@pytest.mark.parametrize(
    "forged",
    [
        "",
        ".",
        "..",
        TOKEN[:-1],
        TOKEN[1:],
        TOKEN + "A",
        TOKEN + "=",
        TOKEN + "\n",
        " " + TOKEN,
        "2" + TOKEN[1:],
        "01" + TOKEN[1:],
        TOKEN.rpartition(".")[0],
        TOKEN.rpartition(".")[0] + ".",
        TOKEN.replace(".", ".A", 1),
        "1.٣." + TOKEN[-43:],
        changed(3),
        changed(len(TOKEN) - 10),
        loose_end(),
        extended(),
        "A" * 10_000_000,
        LinkSigner(SECRET + "!").sign(DOWNLOAD),
        SIGNER.sign(UPLOAD),
        sign("0" * 32, SECRET),
        sign(TOKEN.rpartition(".")[0], SECRET),
    ],
    ids=lambda token: token[-30:],
)
def test_what_is_not_ours_is_refused(forged: str) -> None:
    with pytest.raises(LinkRefused) as refused:
        SIGNER.read(DownloadClaim, forged)
    assert not isinstance(refused.value, LinkExpired)


def test_kinds_are_apart_from_each_other_and_from_sessions() -> None:
    with pytest.raises(LinkRefused):
        SIGNER.read(UploadClaim, TOKEN)
    assert token_from_bearer(f"Bearer {TOKEN}", SECRET) is None
    assert token_from_bearer(f"Bearer {sign('0' * 32, SECRET)}", SECRET) is not None


def test_links_end_on_the_second() -> None:
    end = datetime.fromtimestamp(DOWNLOAD.expires_at, UTC)
    assert SIGNER.read(DownloadClaim, TOKEN, end.replace(year=2033, month=1)) == DOWNLOAD
    with pytest.raises(LinkExpired):
        SIGNER.read(DownloadClaim, TOKEN, end)


def test_the_longest_claim_fits_and_no_longer_one() -> None:
    longest = replace(DOWNLOAD, user_id="u" * 128, scope="s" * 128, filename="猫" * 85, content_type="t" * 127)
    assert len(SIGNER.sign(longest)) < MAX_TOKEN_LENGTH
    with pytest.raises(ValueError, match="too long"):
        SIGNER.sign(replace(DOWNLOAD, filename="f" * 2_000))
