import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ResponseStreamingError, SSLError

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.backends.s3.errors import is_missing, is_passing, is_wordless, sdk_errors, translated
from aura_gql.storage.errors import (
    BlobNotFound,
    BucketMissing,
    ClockSkewed,
    CredentialsRefused,
    StorageFull,
    StorageThrottled,
    StorageUnreachable,
    StorageUntrusted,
)


def refusal(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetObject")


@pytest.mark.parametrize("code", ["404", "NoSuchKey"])
def test_missing_objects(code: str) -> None:
    assert is_missing(refusal(code))
    assert isinstance(translated(refusal(code)), BlobNotFound)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (refusal("NoSuchBucket"), BucketMissing, "no such bucket"),
        (refusal("Unauthorized", 401), CredentialsRefused, "Unauthorized"),
        (refusal("SignatureDoesNotMatch", 403), CredentialsRefused, "SignatureDoesNotMatch"),
        (refusal("403", 403), CredentialsRefused, "403"),
        (refusal("RequestTimeTooSkewed", 403), ClockSkewed, "clock"),
        (refusal("SlowDown", 503), StorageThrottled, "patience"),
        (refusal("QuotaExceeded", 403), StorageFull, "room"),
        (refusal("InternalError", 500), StorageUnreachable, "InternalError"),
        (refusal("InvalidPart"), StorageUnavailable, "InvalidPart"),
        (EndpointConnectionError(endpoint_url="http://x"), StorageUnreachable, "EndpointConnectionError"),
        (SSLError(endpoint_url="https://x", error="self-signed"), StorageUntrusted, "certificate"),
        (ConnectionResetError(), StorageUnreachable, "ConnectionResetError"),
        (TimeoutError(), StorageUnreachable, "TimeoutError"),
    ],
)
def test_other_failures(error: Exception, kind: type[StorageUnavailable], words: str) -> None:
    assert not is_missing(error)
    with pytest.raises(StorageUnavailable, match=words) as caught, sdk_errors():
        raise error
    assert type(caught.value) is kind


def test_bugs_and_our_own_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), sdk_errors():
        raise ZeroDivisionError
    with pytest.raises(BlobNotFound, match="mine"), sdk_errors():
        raise BlobNotFound("mine")


def test_refusals_without_words() -> None:
    assert is_wordless(refusal("403", 403))
    assert not is_wordless(refusal("AccessDenied", 403))


def test_what_passes() -> None:
    assert is_passing(refusal("TooManyRequests", 429))
    assert is_passing(refusal("", 429))
    assert is_passing(ResponseStreamingError(error="cut"))
    assert not is_passing(refusal("AccessDenied", 403))
    assert not is_passing(TimeoutError())
