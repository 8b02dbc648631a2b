import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ResponseStreamingError

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.backends.s3_errors import is_missing, is_passing, sdk_errors, translated
from aura_gql.storage.errors import BlobNotFound


def refusal(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetObject")


@pytest.mark.parametrize("code", ["404", "NoSuchKey"])
def test_missing_objects(code: str) -> None:
    assert is_missing(refusal(code))
    assert isinstance(translated(refusal(code)), BlobNotFound)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refusal("NoSuchBucket"), "no such bucket"),
        (refusal("Unauthorized", 401), "credentials"),
        (refusal("SignatureDoesNotMatch", 403), "credentials"),
        (refusal("InternalError", 500), "InternalError"),
        (EndpointConnectionError(endpoint_url="http://x"), "EndpointConnectionError"),
        (ConnectionResetError(), "ConnectionResetError"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_other_failures(error: Exception, words: str) -> None:
    assert not is_missing(error)
    with pytest.raises(StorageUnavailable, match=words), sdk_errors():
        raise error


def test_bugs_and_our_own_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), sdk_errors():
        raise ZeroDivisionError
    with pytest.raises(BlobNotFound, match="mine"), sdk_errors():
        raise BlobNotFound("mine")


def test_what_passes() -> None:
    assert is_passing(refusal("TooManyRequests", 429))
    assert is_passing(refusal("", 429))
    assert is_passing(ResponseStreamingError(error="cut"))
    assert not is_passing(refusal("AccessDenied", 403))
    assert not is_passing(TimeoutError())
