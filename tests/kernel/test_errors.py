"""Domain errors."""

import pytest

from aura_gql.kernel import errors
from aura_gql.kernel.errors import DomainError, ErrorCode, NotFound


class ProjectNotFound(NotFound):
    """As a room names a fact."""


def test_a_room_s_error_keeps_its_kind_s_code_and_tells_its_facts() -> None:
    error = ProjectNotFound("There is no such project.", field=["id"], details={"currentVersion": 3})
    assert error.code is ErrorCode.NOT_FOUND
    assert (str(error), error.message) == ("There is no such project.", "There is no such project.")
    assert (error.field, error.details) == (("id",), {"currentVersion": 3})


def test_details_are_each_error_s_own() -> None:
    first = ProjectNotFound("x")
    first.details["a"] = 1
    assert ProjectNotFound("x").details == {}


@pytest.mark.parametrize("kind", DomainError.__subclasses__())
def test_every_kind_has_a_code_of_its_own(kind: type[DomainError]) -> None:
    others = [
        other for other in DomainError.__subclasses__() if other is not kind and other.__module__ == errors.__name__
    ]
    assert kind.code in ErrorCode
    assert kind.__module__ != errors.__name__ or kind.code not in {other.code for other in others}
