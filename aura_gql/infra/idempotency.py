"""Idempotency keys, kept in MongoDB."""

import hashlib
import json
import re
from collections.abc import Mapping

from bson import ObjectId

from aura_gql.infra.documents import IdempotencyKeyDocument
from aura_gql.kernel.errors import IdempotencyMismatch, InvalidInput

_KEY = re.compile(r"[\x20-\x7e]{1,128}")


class MongoIdempotencyKeys:
    """IdempotencyKeys over the `idempotency_keys` collection, which forgets a key 24 hours after its first claim."""

    async def claim(self, *, user_id: str, operation: str, key: str | None, request: Mapping[str, object]) -> ObjectId:
        """The id that the resource of this request has, or shall have; see `infra.ports.IdempotencyKeys`."""
        if key is None:
            return ObjectId()
        if not _KEY.fullmatch(key):
            raise InvalidInput(
                "`idempotencyKey` must have 1 to 128 printable ASCII characters.", field=("idempotencyKey",)
            )
        digest = _digest(request)
        claimed = await IdempotencyKeyDocument.claim(_digest([user_id, operation, key]), user_id, operation, digest)
        if claimed.request_sha256 != digest:
            raise IdempotencyMismatch(
                "This `idempotencyKey` was used with other input in the last 24 hours; use a new one.",
                field=("idempotencyKey",),
            )
        return claimed.resource_id


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
