"""Who may call what."""

import pytest
from strawberry.types.base import get_object_definition

from aura_gql.auth.records import Viewer
from aura_gql.graph.permissions import Administrator, Anyone, SignedIn, declared_permissions
from tests.support.graph import Stage, make_schema, make_viewer
from tests.support.graph_schema import Mutation, Subscription


@pytest.mark.parametrize(
    ("viewer", "code"),
    [(None, "UNAUTHENTICATED"), (make_viewer(), "FORBIDDEN"), (make_viewer(is_admin=True), None)],
)
async def test_administrators_only(viewer: Viewer | None, code: str | None) -> None:
    result = await make_schema().execute("mutation { ping reset }", context_value=Stage().context(viewer))
    assert [(error.extensions or {})["code"] for error in result.errors or ()] == ([code] if code else [])


def test_permissions_are_declared_where_a_test_can_see_them() -> None:
    declared = {
        field.python_name: declared_permissions(field)
        for root in (Mutation, Subscription)
        for field in get_object_definition(root, strict=True).fields
    }
    assert declared["rename"] == declared["forever"] == [SignedIn]
    assert declared["reset"] == [Administrator]
    assert declared["count"] == [Anyone]


def test_the_exported_schema_has_no_directives_for_them() -> None:
    assert "directive" not in make_schema().as_str()
