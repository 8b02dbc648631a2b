"""Making a machine with all that is its own, and taking it back."""

from dataclasses import replace
from pathlib import Path

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local.maker import MachineMaker
from aura_gql.sandboxes.providers.local.uids import UidPool
from tests.sandboxes.providers.local.test_machine import isolation_with


async def test_makes_a_machine_and_takes_it_back(tmp_path: Path) -> None:
    uids = UidPool()
    maker = MachineMaker(uids)
    made = await maker.make(isolation_with(tmp_path), "name", tmp_path / "box")
    assert uids._lent == {made.uid}
    assert list((tmp_path / "box/project").iterdir()) == []
    assert await made.machine.answers()
    await maker.unmake(made)
    assert not (tmp_path / "box").exists()
    assert uids._lent == set()


async def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    uids = UidPool()
    isolation = isolation_with(tmp_path)
    with pytest.raises(ProviderUnavailable, match="could not be made"):
        await MachineMaker(uids).make(isolation, "name", tmp_path / "missing/box")
    with pytest.raises(ProviderUnavailable, match="supervisor did not come up"):
        await MachineMaker(uids).make(replace(isolation, bwrap=Path("/bin/false")), "name", tmp_path / "box")
    assert not (tmp_path / "box").exists()
    assert uids._lent == set()
