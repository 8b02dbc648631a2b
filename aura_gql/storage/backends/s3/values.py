"""Which bucket, and how patiently."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_MIB = 1024 * 1024


class Encryption(StrEnum):
    """What is asked of the store beyond what it does by itself."""

    NONE = "none"
    AES256 = "AES256"
    KMS = "aws:kms"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, the keys to it, and the part of it that is ours.

    `ca_file` holds the authorities (PEM) for the endpoint's certificate where the public ones don't vouch for it;
    `kms_key_id` counts for KMS alone, None for the bucket's own key.
    """

    name: str
    endpoint_url: str | None
    access_key: str
    secret_key: str
    key_prefix: str = ""
    region: str = "auto"
    ca_file: Path | None = None
    encryption: Encryption = Encryption.NONE
    kms_key_id: str | None = None

    def address(self, path: str) -> dict[str, str]:
        """The object at `path` below the prefix, as requests name it."""
        return {"Bucket": self.name, "Key": self.prefix + path}

    @property
    def prefix(self) -> str:
        """What every object's name begins with: nothing, or words and a slash."""
        prefix = self.key_prefix.strip("/")
        return f"{prefix}/" if prefix else ""

    @property
    def encrypted(self) -> Mapping[str, str]:
        """What a request adds that makes an object."""
        if self.encryption is Encryption.NONE:
            return {}
        key = {"SSEKMSKeyId": self.kms_key_id} if self.encryption is Encryption.KMS and self.kms_key_id else {}
        return {"ServerSideEncryption": self.encryption.value, **key}


@dataclass(frozen=True, slots=True)
class Tuning:
    """How often, how long and in what portions.

    Attempts are the SDK's for what passes, and ours for throttling and bodies cut short; `patience_s` bounds all those
    of one request. Objects over `part_bytes` are sent in parts of just that size (R2 wants equal ones, S3 5 MiB at
    least and 10,000 at most), `parts_at_once` of them in memory. `batch_size` objects are listed and deleted a request.
    """

    max_attempts: int = 4
    first_pause_s: float = 0.2
    connect_timeout_s: float = 5
    read_timeout_s: float = 30
    patience_s: float = 120
    part_bytes: int = 8 * _MIB
    parts_at_once: int = 2
    max_parts: int = 10_000
    batch_size: int = 1_000

    def part_size(self, size: int) -> int:
        """Bytes of a part of an object of `size` bytes: a multiple of `part_bytes`, so that there are not too many."""
        return self.part_bytes * max(1, -(-size // (self.part_bytes * self.max_parts)))
