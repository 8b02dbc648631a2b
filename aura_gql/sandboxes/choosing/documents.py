"""The queries on sandboxes that have to find a place: admission within the quotas, and the turn to another provider."""

from datetime import datetime
from typing import Any

from bson import ObjectId

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.documents import LIVE, SandboxSession
from aura_gql.sandboxes.records import SandboxRecord, SandboxStatus


class SandboxAdmissions:
    """Who may have a machine, and where, in the `sandbox_sessions` collection."""

    @classmethod
    async def find_for(cls, sandbox_id: ObjectId) -> tuple[ObjectId | None, bool, SandboxProviderName] | None:
        """The admission of a sandbox, whether it was granted, and its provider; None where the sandbox is not there."""
        wanted = {"admission_id": 1, "admitted": 1, "provider": 1}
        found = await SandboxSession.get_pymongo_collection().find_one({"_id": sandbox_id}, wanted)
        if found is None:
            return None
        return found.get("admission_id"), found.get("admitted", True), SandboxProviderName(found["provider"])

    @classmethod
    async def grant(cls, sandbox_id: ObjectId, admission_id: ObjectId | None) -> bool:
        """Grant the admission; False where it is another by now, or the sandbox is gone."""
        match = {"_id": sandbox_id, "admission_id": admission_id}
        changed = await SandboxSession.get_pymongo_collection().update_one(match, {"$set": {"admitted": True}})
        return changed.matched_count == 1

    @classmethod
    async def take_back(cls, sandbox_id: ObjectId, admission_id: ObjectId | None) -> bool:
        """Forget the sandbox; False where its admission was granted or is another by now, or it is gone."""
        match = {"_id": sandbox_id, "admission_id": admission_id, "admitted": False}
        return (await SandboxSession.get_pymongo_collection().delete_one(match)).deleted_count == 1

    @classmethod
    async def count_live(
        cls, *, user_id: str | None = None, owner: str | None = None, provider: SandboxProviderName | None = None
    ) -> int:
        """How many live sandboxes a user has, a server holds, or a provider has."""
        wanted = {"user_id": user_id, "owner": owner, "provider": provider and provider.value}
        query: dict[str, Any] = {"status": LIVE}
        query |= {name: value for name, value in wanted.items() if value is not None}
        return await SandboxSession.get_pymongo_collection().count_documents(query)

    @classmethod
    async def turn(
        cls, record: SandboxRecord, provider: SandboxProviderName, reason: str, expires_at: datetime
    ) -> SandboxRecord | None:
        """Compare and set: have a sandbox that `record` shows as STARTING start at another provider; None where it does
        not any more. `reason` says why not at the wanted one.
        """
        match = {"_id": record.id, "status": SandboxStatus.STARTING.value, "provider": record.provider.value}
        left = [name.value for name in record.fallback if name is not provider]
        values: dict[str, Any] = {
            "provider": provider.value,
            "detour": reason,
            "expires_at": expires_at,
            "fallback": left,
        }
        values |= {"status_reason": reason, "updated_at": utcnow()}
        return await SandboxSession.change(match, values)
