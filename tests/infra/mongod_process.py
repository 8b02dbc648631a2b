"""A process that owns an embedded mongod until it is killed: `python -m tests.infra.mongod_process FOLDER`."""

import asyncio
import sys
from pathlib import Path

from aura_gql.infra.mongod import EmbeddedMongod
from aura_gql.settings_groups import DatabaseSettings


async def main(folder: Path) -> None:
    """Print the pid of mongod and its URI, and wait."""
    mongod = EmbeddedMongod(folder, executable=DatabaseSettings().aura_mongod)
    uri = await mongod.start()
    print(mongod.pid, uri, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
