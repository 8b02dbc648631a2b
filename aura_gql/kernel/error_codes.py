"""The one table of error codes: the schema's `UserErrorCode` and `docs/errors.md` are made from it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Place(StrEnum):
    """Where an error stands in an answer."""

    PAYLOAD = "payload"
    """In the `errors` of a mutation's payload."""
    TOP = "top level"
    """In the `errors` of the answer itself, as `extensions.code`."""
    BOTH = "both"
    """In the payload of a mutation; at the top level for a query or a subscription, which have no payload."""


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What a client is told of a code.

    `meaning` and `advice` are sentences; `advice` says what a client should do. `statuses` are those of an HTTP answer
    to an operation that never ran for this reason. `is_retryable` says that the same request may succeed later.
    """

    meaning: str
    advice: str
    place: Place = Place.BOTH
    statuses: tuple[int, ...] = ()
    is_retryable: bool = False


class ErrorCode(StrEnum):
    """What a client can tell apart. The value is the word on the wire."""

    _value_: str
    facts: CodeFacts

    def __new__(cls, word: str, facts: CodeFacts) -> Self:
        """A code that is equal to its word."""
        code = str.__new__(cls, word)
        code._value_ = word
        code.facts = facts
        return code

    INVALID_INPUT = (
        "INVALID_INPUT",
        CodeFacts(
            "The input breaks a rule; the message states it, with its limit.",
            "Show the message beside the input that `field` names.",
        ),
    )
    NOT_FOUND = (
        "NOT_FOUND",
        CodeFacts(
            "There is no such thing, or it belongs to somebody else: the two answer alike.",
            "Drop what you hold of it.",
            statuses=(404,),
        ),
    )
    CONFLICT = (
        "CONFLICT",
        CodeFacts(
            "Somebody else changed it first.",
            "Read it again and decide; `details` may say what is there.",
            Place.PAYLOAD,
        ),
    )
    INVALID_STATE = (
        "INVALID_STATE",
        CodeFacts(
            "The thing is not in a state that allows this, for instance a stopped sandbox.",
            "Read its status, and offer what that allows.",
        ),
    )
    IDEMPOTENCY_MISMATCH = (
        "IDEMPOTENCY_MISMATCH",
        CodeFacts(
            "The idempotency key was used in the last 24 hours with other input.",
            "Make a new key for each thing to be done; reuse one only to repeat the very same request.",
            Place.PAYLOAD,
        ),
    )
    QUOTA_EXCEEDED = (
        "QUOTA_EXCEEDED",
        CodeFacts(
            "A limit of the account, the project, the connection or the host is reached; the message names it.",
            "Show the message; end or delete something first.",
            statuses=(429, 503),
        ),
    )
    FORBIDDEN = (
        "FORBIDDEN",
        CodeFacts(
            "The caller may see the thing but not do this to it.",
            "Do not offer it to this user, or from this origin.",
            statuses=(403,),
        ),
    )
    UNSUPPORTED = (
        "UNSUPPORTED",
        CodeFacts(
            "This provider or this server can't do that.",
            "Choose another provider; `sandboxProviders` tells what each can do.",
        ),
    )
    PROVIDER_UNAVAILABLE = (
        "PROVIDER_UNAVAILABLE",
        CodeFacts(
            "The sandbox provider does not answer, or refuses us.",
            "Try again in a moment, with the same idempotency key.",
            is_retryable=True,
        ),
    )
    STORAGE_UNAVAILABLE = (
        "STORAGE_UNAVAILABLE",
        CodeFacts(
            "The blob store does not answer, or refuses us.",
            "Try again in a moment, with the same idempotency key.",
            is_retryable=True,
        ),
    )
    SOURCE_UNAVAILABLE = (
        "SOURCE_UNAVAILABLE",
        CodeFacts(
            "The place that templates come from does not answer, asks for patience or talks nonsense.",
            "Go on with the templates that are there; `details.retryAt` says when to try again, where that is known.",
            is_retryable=True,
        ),
    )
    DATABASE_UNAVAILABLE = (
        "DATABASE_UNAVAILABLE",
        CodeFacts(
            "The database does not answer.",
            "Try again after `Retry-After`, or with growing pauses; give a mutation the same idempotency key.",
            Place.TOP,
            statuses=(503,),
            is_retryable=True,
        ),
    )
    UNAUTHENTICATED = (
        "UNAUTHENTICATED",
        CodeFacts(
            "The operation needs somebody to be signed in, or the bearer is not that of a live session.",
            "Have the user sign in, then send the operation again.",
            Place.TOP,
            statuses=(401,),
        ),
    )
    BAD_REQUEST = (
        "BAD_REQUEST",
        CodeFacts(
            "The request is not one that the protocol knows, or a variable does not fit its type.",
            "Mend the client; the message says what is wrong.",
            Place.TOP,
            statuses=(400, 405, 406, 413, 415, 416),
        ),
    )
    GRAPHQL_PARSE_FAILED = (
        "GRAPHQL_PARSE_FAILED",
        CodeFacts("The document is not GraphQL.", "Mend the document.", Place.TOP, statuses=(400,)),
    )
    GRAPHQL_VALIDATION_FAILED = (
        "GRAPHQL_VALIDATION_FAILED",
        CodeFacts(
            "The document does not fit the schema.",
            "Mend the document, or generate the client afresh from the schema of this server.",
            Place.TOP,
            statuses=(400,),
        ),
    )
    QUERY_TOO_COMPLEX = (
        "QUERY_TOO_COMPLEX",
        CodeFacts(
            "The operation is larger than the server runs; the message names the limit.",
            "Ask for less at once, or in several operations.",
            Place.TOP,
            statuses=(400,),
        ),
    )
    RATE_LIMITED = (
        "RATE_LIMITED",
        CodeFacts(
            "The caller has asked for too much in too short a time.",
            "Wait for `retryAfterS` seconds, which `Retry-After` tells too; ask for less or less often.",
            Place.TOP,
            statuses=(429,),
            is_retryable=True,
        ),
    )
    TIMEOUT = (
        "TIMEOUT",
        CodeFacts(
            "A query took longer than it may, or the request came too slowly.",
            "Ask for less at once.",
            Place.TOP,
            statuses=(408, 503),
            is_retryable=True,
        ),
    )
    OVERLOADED = (
        "OVERLOADED",
        CodeFacts(
            "The server has more connections, or more long bodies, than it can hold.",
            "Try again after `Retry-After`, or with growing pauses.",
            Place.TOP,
            statuses=(503,),
            is_retryable=True,
        ),
    )
    PERSISTED_QUERY_NOT_FOUND = (
        "PERSISTED_QUERY_NOT_FOUND",
        CodeFacts(
            "The server knows no document with this hash.",
            "Send the document's text; where trusted documents alone run, deploy their manifest before the front end.",
            Place.TOP,
            statuses=(400,),
        ),
    )
    PERSISTED_QUERY_NOT_SUPPORTED = (
        "PERSISTED_QUERY_NOT_SUPPORTED",
        CodeFacts(
            "The server has no manifest of trusted documents.",
            "Send the documents' text from now on, as the clients of Apollo and urql do by themselves.",
            Place.TOP,
            statuses=(400,),
        ),
    )
    PERSISTED_QUERY_REQUIRED = (
        "PERSISTED_QUERY_REQUIRED",
        CodeFacts(
            "The server runs the documents of its manifest only.",
            "Send the hash of a trusted document instead of any other text.",
            Place.TOP,
            statuses=(400,),
        ),
    )
    INTERNAL = (
        "INTERNAL",
        CodeFacts(
            "Something went wrong on our side. What, is in the server's log under the request id.",
            "Show a general message with the request id, so that it can be reported.",
            Place.TOP,
            statuses=(500,),
        ),
    )
