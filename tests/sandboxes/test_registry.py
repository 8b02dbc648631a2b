"""Who uses a sandbox."""

import contextlib

from bson import ObjectId

from aura_gql.sandboxes.registry import SandboxRegistry


def test_uses_are_counted() -> None:
    registry = SandboxRegistry("me")
    sandbox_id = ObjectId()
    with registry.use(sandbox_id):
        with registry.use(sandbox_id):
            assert registry.in_use(sandbox_id)
        assert registry.in_use(sandbox_id)
        assert not registry.in_use(ObjectId())
    with contextlib.suppress(ValueError), registry.use(sandbox_id):
        raise ValueError
    assert not registry.in_use(sandbox_id)
    assert registry.get(sandbox_id) is None
    assert registry.pop(sandbox_id) is None
    assert registry.ids() == []
