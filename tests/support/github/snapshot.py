"""The snapshot of the real starters' repository, where there is one beside the checkout."""

from pathlib import Path
from typing import Final

import pytest

SNAPSHOT_COMMIT: Final = "5f855444c438cc9a08da1153a319c54bd570d2a9"
SNAPSHOT_STARTERS: Final = 40
SNAPSHOT_FILES: Final = 672
"""Files in the folders of starters."""

_PATH = Path(__file__).resolve().parents[4] / "shared" / "data" / "starters.tar.gz"


def snapshot() -> Path | None:
    """Where GitHub's own archive of the starters is, packed as GitHub packs it; None where this host has none."""
    return _PATH if _PATH.is_file() else None


needs_snapshot = pytest.mark.skipif(
    snapshot() is None, reason="The snapshot of the starters is not beside the checkout."
)
