"""What a request for a blob is answered with, before any of its bytes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import time

from starlette.datastructures import Headers

from aura_gql.storage.disposition import attachment
from aura_gql.storage.signing import DownloadClaim
from aura_gql.web.links.ranges import Span, Unsatisfiable, is_same, names_tag, requested


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers, and which bytes follow; None for no body."""

    status: int
    headers: Mapping[str, str]
    span: Span | None = None


def answer_to(method: str, headers: Headers, claim: DownloadClaim) -> Answer:
    """The answer to a GET or HEAD for what `claim` names.

    What it names is a user's, so browsers are told thrice not to run it: it is an attachment, its type is not to be
    guessed, and its policy is a sandbox that may load nothing. It never changes, so they may keep it as long as the
    link lasts, but no cache that others share may. Pages of the same site may embed it, other origins read it by CORS.
    """
    tag = f'"{claim.sha256}"'
    facts = {
        "etag": tag,
        "accept-ranges": "bytes",
        "cache-control": f"private, max-age={max(0, claim.expires_at - int(time()))}, immutable",
        "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "cross-origin-resource-policy": "same-site",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    if names_tag(headers.get("if-none-match"), tag):
        return Answer(304, facts)
    try:
        # HEAD has no ranges, nor has a GET whose range is of another version.
        has_range = method == "GET" and is_same(headers.get("if-range"), tag)
        part = requested(headers.get("range"), claim.size) if has_range else None
    except Unsatisfiable:
        return Answer(416, {"content-range": f"bytes */{claim.size}"})
    span = part or Span(0, claim.size)
    facts |= {
        "content-type": claim.content_type,
        "content-disposition": attachment(claim.filename),
        "content-length": str(span.length),
    }
    if part is None:
        return Answer(200, facts, span if method == "GET" else None)
    return Answer(206, {**facts, "content-range": f"bytes {part.start}-{part.stop - 1}/{claim.size}"}, span)
