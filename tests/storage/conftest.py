"""What the tests of storage share."""

from tests.support.sdk import one_loader

__all__ = ["one_loader"]
