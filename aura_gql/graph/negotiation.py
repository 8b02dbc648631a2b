"""What a client can read, from its `Accept` header."""

import re
from dataclasses import dataclass

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The media type of a single answer (None: no such type suits), and whether answers may or should be streamed."""

    media_type: str | None
    may_stream: bool
    should_stream: bool


_QUALITY = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_ANYTHING = Accepted(JSON, may_stream=False, should_stream=False)


def negotiate(header: str | None) -> Accepted:
    """The answer that suits an `Accept` header best; JSON where there is none, or where anything goes.

    The more specific of two ranges counts, and GraphQL's own media type is for those who name it or want no other.
    """
    if not header or header in ("*/*", JSON):
        return _ANYTHING
    weights = _weights(header)
    anything = weights.get("application/*", weights.get("*/*", 0.0))
    graphql, json = weights.get(GRAPHQL_JSON, anything), weights.get(JSON, anything)
    stream = weights.get(EVENT_STREAM, 0.0)
    prefers_graphql = graphql > json or (graphql == json and GRAPHQL_JSON in weights)
    best = max(graphql, json)
    media_type = None if best == 0 else GRAPHQL_JSON if prefers_graphql else JSON
    return Accepted(media_type, may_stream=stream > 0, should_stream=stream > best)


def wants_html(header: str | None) -> bool:
    """Whether this is a browser's navigation, rather than a client that takes anything."""
    return header is not None and _weights(header).get(HTML, 0.0) > 0


def _weights(header: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        # What is no weight counts as a refusal: nobody can have meant it as the best.
        weights[media_type] = float(quality) if _QUALITY.fullmatch(quality) else 0.0
    return weights
