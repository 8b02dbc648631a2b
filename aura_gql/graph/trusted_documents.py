"""The documents of a front end, which it names by their hashes."""

from collections.abc import Mapping
from dataclasses import replace

from aura_gql.graph.document_id import document_id_of
from aura_gql.graph.operation_request import OperationRequest, RequestError
from aura_gql.kernel.errors import ErrorCode


class TrustedDocuments:
    """Texts by id. Strangers add none: a text that comes with its hash runs like any other and is not kept, since to
    keep it would spend our memory on what they choose, and parsed documents are known by their text anyway.
    """

    def __init__(self, texts: Mapping[str, str] | None = None, *, only: bool = False) -> None:
        """`only` refuses every text that is not among `texts`."""
        self._texts = dict(texts or {})
        self._trusted = frozenset(self._texts.values())
        self._only = only

    def __len__(self) -> int:
        """How many there are."""
        return len(self._texts)

    def resolve(self, operation: OperationRequest) -> OperationRequest:
        """The operation with its text; RequestError 400 where there is none, or it may not run."""
        if operation.document_id is None and not self._only:
            return operation
        return replace(operation, query=self._text_of(operation.query, operation.document_id))

    def resolve_payload(self, payload: Mapping[str, object]) -> str:
        """The text of a socket's operation; RequestError as above."""
        query = payload.get("query")
        return self._text_of(query if isinstance(query, str) else "", document_id_of(payload))

    def _text_of(self, query: str, id: str | None) -> str:
        known = self._texts.get(id) if id is not None else None
        if known is not None:
            if query not in ("", known):
                raise RequestError(400, "`query` is not the document that the id names.")
            return known
        if query:
            if self._only and query not in self._trusted:
                message = "This server runs trusted documents only: send the id of one."
                raise RequestError(400, message, code=ErrorCode.PERSISTED_QUERY_REQUIRED)
            return query
        if id is None:
            raise RequestError(400, "`query` must be a string that is not empty.")
        # The words are those that Apollo's and urql's clients look for.
        if not self._texts:
            raise RequestError(400, "PersistedQueryNotSupported", code=ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED)
        raise RequestError(400, "PersistedQueryNotFound", code=ErrorCode.PERSISTED_QUERY_NOT_FOUND)
