"""How requests name documents."""

import pytest

from aura_gql.graph.document_id import document_id_of


@pytest.mark.parametrize(
    ("parameters", "id"),
    [
        ({}, None),
        ({"query": "{a}", "extensions": {}}, None),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "abc"}}}, "abc"),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "abc"}}, "id": "other"}, "abc"),
        ({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "abc"}}}, None),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 5}}}, None),
        ({"extensions": {"persistedQuery": {"version": 1}}}, None),
        ({"extensions": {"persistedQuery": "abc"}}, None),
        ({"extensions": [], "documentId": "abc"}, "abc"),
        ({"documentId": "sha256:abc"}, "abc"),
        ({"documentId": "", "id": "abc"}, "abc"),
        ({"documentId": ["abc"]}, None),
        ({"id": 5}, None),
    ],
)
def test_every_way_of_naming_is_known(parameters: dict[str, object], id: str | None) -> None:
    assert document_id_of(parameters) == id
