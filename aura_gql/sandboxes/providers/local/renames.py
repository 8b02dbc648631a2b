"""renameat2(2): renames that replace nothing, or that put two files in each other's place."""

import ctypes
import os

RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2

_libc = ctypes.CDLL(None, use_errno=True)


def rename_new(source_folder: int, source: str, target_folder: int, target: str) -> None:
    """Rename to a name that is free. Raises OSError: FileExistsError where it is taken."""
    _rename(source_folder, source, target_folder, target, RENAME_NOREPLACE)


def exchange(one_folder: int, one: str, other_folder: int, other: str) -> None:
    """Put each in the other's place, at once. Raises OSError where either is not there."""
    _rename(one_folder, one, other_folder, other, RENAME_EXCHANGE)


def _rename(source_folder: int, source: str, target_folder: int, target: str, flags: int) -> None:
    old, new = os.fsencode(source), os.fsencode(target)
    if _libc.renameat2(source_folder, old, target_folder, new, ctypes.c_uint(flags)) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), target)
