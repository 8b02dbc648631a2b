from contextlib import ExitStack

import pytest

from aura_gql.web.links.slots import NoSlot, TransferSlots


def test_neither_all_nor_one_have_too_many() -> None:
    slots = TransferSlots(3, 2)
    with ExitStack() as taken:
        taken.enter_context(slots.take("ada"))
        taken.enter_context(slots.take("ada"))
        with pytest.raises(NoSlot), slots.take("ada"):
            pass
        with slots.take("eve"), pytest.raises(NoSlot), slots.take("bob"):
            pass
        assert slots.taken == 2
        with slots.take("bob"):
            assert slots.taken == 3
    assert slots.taken == 0


def test_what_fails_gives_its_slot_back() -> None:
    slots = TransferSlots(1, 1)
    with pytest.raises(KeyError), slots.take("ada"):
        raise KeyError
    assert slots.taken == 0
