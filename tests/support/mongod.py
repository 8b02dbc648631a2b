"""What tests of the embedded mongod share."""

from pathlib import Path

from pymongo import AsyncMongoClient


async def write(uri: str, value: int) -> None:
    """Add a document that must survive."""
    async with AsyncMongoClient[dict[str, int]](uri, serverMonitoringMode="poll") as client:
        await client["kept"]["things"].insert_one({"_id": value})


async def read(uri: str) -> list[int]:
    """The values that `write` added."""
    async with AsyncMongoClient[dict[str, int]](uri, serverMonitoringMode="poll") as client:
        return [found["_id"] async for found in client["kept"]["things"].find().sort("_id")]


def alive(pid: int) -> bool:
    """Whether the process runs; one that is dead and not yet waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
