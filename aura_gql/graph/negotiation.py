"""What a client can read, from its `Accept` header."""

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


_ANYTHING = Accepted(JSON, may_stream=False, should_stream=False)


def negotiate(header: str | None) -> Accepted:
    """The answer that suits an `Accept` header best; JSON where there is none, or where anything goes."""
    if not header or header in ("*/*", JSON):
        return _ANYTHING
    weights = _weights(header)
    graphql, json = weights.get(GRAPHQL_JSON, 0.0), weights.get(JSON, 0.0)
    stream = weights.get(EVENT_STREAM, 0.0)
    media_type = GRAPHQL_JSON if graphql >= json and graphql > 0 else JSON if json > 0 else None
    if media_type is None and max(weights.get("*/*", 0.0), weights.get("application/*", 0.0)) > 0:
        media_type = JSON
    return Accepted(media_type, may_stream=stream > 0, should_stream=stream > max(graphql, json))


def wants_html(header: str | None) -> bool:
    """Whether this is a browser's navigation, rather than a client that takes anything."""
    return header is not None and _weights(header).get(HTML, 0.0) > 0


def _weights(header: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weights[media_type] = float(quality)
        except ValueError:
            weights[media_type] = 0.0
    return weights
