"""Forgetting a template over the API, as administrators do and nobody else."""

from pathlib import Path

import pytest
from bson import ObjectId

from aura_gql.graph.nodes import to_global_id
from aura_gql.infra.mongo import Database
from tests.support.api import Refused, running_api
from tests.support.journeys import template_id

INVALIDATE = """mutation($input: InvalidateTemplateCacheInput!) { invalidateTemplateCache(input: $input) {
    template { slug files { path } } errors { code field }
} }"""


async def test_administrators_have_a_template_forgotten(mongodb_uri: str, tmp_path: Path, database: Database) -> None:
    async with running_api(mongodb_uri, tmp_path, database) as api:
        ada, root = await api.sign_in("ada"), await api.sign_in("root", is_admin=True)
        id = await template_id(ada)
        for member, code in ((ada, "FORBIDDEN"), (api.anonymous, "UNAUTHENTICATED")):
            with pytest.raises(Refused) as refused:
                await member.execute(INVALIDATE, input={"templateId": id})
            assert refused.value.code == code
        payload = (await root.execute(INVALIDATE, input={"templateId": id}))["invalidateTemplateCache"]
        assert (payload["errors"], payload["template"]["slug"]) == ([], "python-script")
        assert "main.py" in [file["path"] for file in payload["template"]["files"]]
        found = await database["project_templates"].find_one({"slug": "python-script"})
        assert found is not None
        assert (found["cache_stamp"], found["is_suspect"]) == (1, True)
        for wrong, code in ((to_global_id("Template", ObjectId()), "NOT_FOUND"), ("?", "INVALID_INPUT")):
            payload = (await root.execute(INVALIDATE, input={"templateId": wrong}))["invalidateTemplateCache"]
            assert payload["template"] is None
            assert [(error["code"], error["field"]) for error in payload["errors"]] == [(code, ["input", "templateId"])]
