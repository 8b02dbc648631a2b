"""What makes clients of the S3 SDK cheap enough to have one for each test that wants its own."""

from collections.abc import Iterator

import botocore.loaders
import botocore.session
import pytest


@pytest.fixture(scope="session", autouse=True)
def one_loader() -> Iterator[None]:
    """Let all clients share what the SDK reads from its files, which each would read and parse for itself."""
    loader = botocore.loaders.create_loader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", lambda search_path_string=None: loader)
        yield
