"""What the server may ask for, by name."""

import asyncio
import re
from pathlib import Path

from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.remote import files, watch
from aura_gql.sandboxes.providers.remote.inside.file_handlers import file_handlers


async def test_every_name_that_the_proxies_ask_for_is_served(tmp_path: Path) -> None:
    served = file_handlers(ProjectFolder(tmp_path, None), asyncio.get_running_loop().create_future())
    asked = set[str]()
    for module in (files, watch):
        assert module.__file__ is not None
        asked |= set(re.findall(r"(?:ask|send|fetch)\(\s*\"([\w.]+)\"", Path(module.__file__).read_text()))
    assert asked == set(served)
