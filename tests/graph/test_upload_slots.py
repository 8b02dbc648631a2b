"""Places for uploads."""

from contextlib import ExitStack

import pytest

from aura_gql.graph.operation_request import RequestError
from aura_gql.graph.upload_slots import UploadSlots


def test_users_have_places_of_their_own_up_to_those_of_all() -> None:
    slots = UploadSlots(2, 3)
    with ExitStack() as held:
        for user in ("ada", "ada", "eve"):
            held.enter_context(slots.taken(user))
        for user, message in (("ada", "You have 2 uploads"), ("eve", "as many uploads as it can")):
            with pytest.raises(RequestError, match=message) as refused, slots.taken(user):
                pass
            assert (refused.value.status, refused.value.code.value) == (429, "RATE_LIMITED")
            assert refused.value.headers.keys() == {"retry-after"}
    with slots.taken("ada"), slots.taken("ada"), slots.taken("bob"):
        pass
