"""Which image a machine is made from."""

import pytest

from aura_gql.sandboxes.providers.remote.images import MachineImages
from aura_gql.sandboxes.values import SandboxSize

IMAGES = MachineImages({"default": "base", "python": "py", "python.large": "py-8", "large": "base-8", "c++": "cpp"})


@pytest.mark.parametrize(
    ("language", "size", "image"),
    [
        (None, SandboxSize.SMALL, "base"),
        (None, SandboxSize.LARGE, "base-8"),
        ("python", SandboxSize.SMALL, "py"),
        ("PYTHON", SandboxSize.LARGE, "py-8"),
        ("c++", SandboxSize.LARGE, "cpp"),
        ("ruby", SandboxSize.MEDIUM, "base"),
        ("ruby", SandboxSize.LARGE, "base-8"),
    ],
)
def test_the_most_exact_one_is_chosen(language: str | None, size: SandboxSize, image: str) -> None:
    assert IMAGES.choose(language, size) == image


def test_without_any_the_vendor_chooses() -> None:
    assert MachineImages().choose("python", SandboxSize.LARGE) is None


def test_languages_are_told_from_sizes() -> None:
    assert IMAGES.languages == {"python", "c++"}
    assert MachineImages({"go.medium": "go-4", "medium": "m"}).languages == {"go"}
