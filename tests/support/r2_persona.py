"""Cloudflare R2 as far as it differs from S3: its refusals, in front of a server that has the rest.

From its documented list of unsupported requests and headers, and from what it answers.
"""

import re
import ssl
import time
from collections import defaultdict
from collections.abc import Callable

from tests.support.http_relay import Answer, HttpRelay, Request, Verdict

_UNSUPPORTED_QUERIES = frozenset(
    {
        "accelerate", "acl", "analytics", "inventory", "legal-hold", "logging", "metrics", "notification",
        "object-lock", "ownershipControls", "policy", "publicAccessBlock", "replication", "requestPayment", "restore",
        "retention", "tagging", "torrent", "versioning", "versions", "website",
    }
)  # fmt: skip
_UNSUPPORTED_HEADERS = re.compile(
    r"x-amz-(acl|grant-.*|server-side-encryption(-aws-kms-key-id)?|tagging|object-lock-.*)"
)
_RENAMED = {"InvalidAccessKeyId": (401, "Unauthorized")}
_CODE = re.compile(rb"<Code>(.*?)</Code>")


class R2Rules:
    """What R2 refuses; one object may be written every `write_interval_s` seconds."""

    def __init__(self, write_interval_s: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._write_interval_s = write_interval_s
        self._clock = clock
        self._written: dict[str, float] = {}
        self._part_sizes: dict[str, dict[int, int]] = defaultdict(dict)

    def refuse(self, request: Request) -> Verdict:
        """The answer to a request that R2 does not take."""
        unsupported = request.query.keys() & _UNSUPPORTED_QUERIES
        unsupported |= {name for name in request.headers if _UNSUPPORTED_HEADERS.fullmatch(name)}
        if unsupported:
            return Answer.refusal(501, "NotImplemented", f"{min(unsupported)} not implemented")
        if request.method == "POST" and "uploadId" in request.query:
            return self._refuse_parts(request.query["uploadId"])
        if request.method != "PUT":
            return None
        if "aws-chunked" in request.headers.get("content-encoding", "") or "x-amz-trailer" in request.headers:
            return Answer.refusal(501, "NotImplemented", "STREAMING-UNSIGNED-PAYLOAD-TRAILER not implemented")
        if "content-length" not in request.headers:
            return Answer.refusal(411, "MissingContentLength")
        if "partNumber" in request.query:
            if request.headers.keys() & {"x-amz-checksum-sha1", "x-amz-checksum-sha256"}:
                return Answer.refusal(501, "NotImplemented", "no such checksum of a part")
            self._part_sizes[request.query["uploadId"]][int(request.query["partNumber"])] = request.length
            return None
        return self._refuse_haste(request.path)

    def rename(self, request: Request, answer: Answer) -> Answer:
        """An error in R2's words; what was refused counts as no write."""
        if answer.status >= 400 and request.method == "PUT":
            self._written.pop(request.path, None)
        found = _CODE.search(answer.body) if answer.status >= 400 else None
        code = found[1].decode() if found else ""
        if code == "AccessDenied" and "X-Amz-Expires" in request.query and b"expired" in answer.body.lower():
            return Answer.refusal(400, "ExpiredRequest")
        return Answer.refusal(*_RENAMED[code]) if code in _RENAMED else answer

    def _refuse_parts(self, upload: str) -> Verdict:
        sizes = [size for _, size in sorted(self._part_sizes.pop(upload, {}).items())]
        if len(set(sizes[:-1])) > 1 or (len(sizes) > 1 and sizes[-1] > sizes[0]):
            return Answer.refusal(400, "InvalidPart", "All non-trailing parts must have the same length.")
        return None

    def _refuse_haste(self, path: str) -> Verdict:
        now = self._clock()
        if now - self._written.get(path, float("-inf")) < self._write_interval_s:
            return Answer.refusal(429, "TooManyRequests", "Reduce your concurrent request rate for the same object.")
        self._written[path] = now
        return None


def r2_in_front_of(upstream: str, tls: ssl.SSLContext, write_interval_s: float = 1.0) -> HttpRelay:
    """R2, its objects kept by the S3 server at `upstream`. Over https, where SDKs send what they don't over http."""
    rules = R2Rules(write_interval_s)
    return HttpRelay(upstream, [rules.refuse], [rules.rename], tls)
