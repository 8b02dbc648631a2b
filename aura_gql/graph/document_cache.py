"""Documents that were parsed and found valid before, so that neither is done twice."""

from collections import OrderedDict
from typing import NamedTuple

from graphql import DocumentNode

from aura_gql.graph.cost_plan import CostPlan


class KnownDocument(NamedTuple):
    """A document that is valid under every rule, and what its operations cost."""

    document: DocumentNode
    costs: CostPlan


class DocumentCache:
    """Valid documents by their text, the least recently used leaving first.

    It holds at most `max_documents`, and at most `max_characters` of text in all; an entry's syntax tree takes about a
    hundred times its text. Texts longer than `max_length` are not kept.
    """

    def __init__(self, max_documents: int = 1000, max_length: int = 20_000, max_characters: int = 1_000_000) -> None:
        """Begin empty."""
        self._documents: OrderedDict[str, KnownDocument] = OrderedDict()
        self._characters = 0
        self._max_documents = max_documents
        self._max_length = max_length
        self._max_characters = max_characters

    def __len__(self) -> int:
        """How many documents it holds."""
        return len(self._documents)

    def get(self, text: str) -> KnownDocument | None:
        """The document whose text this is, or None."""
        known = self._documents.get(text)
        if known is not None:
            self._documents.move_to_end(text)
        return known

    def put(self, text: str, document: DocumentNode, costs: CostPlan) -> None:
        """Keep a document that is valid under every rule."""
        if len(text) > self._max_length or text in self._documents:
            return
        self._documents[text] = KnownDocument(document, costs)
        self._characters += len(text)
        while len(self._documents) > self._max_documents or self._characters > self._max_characters:
            evicted, _ = self._documents.popitem(last=False)
            self._characters -= len(evicted)
