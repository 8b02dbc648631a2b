"""What a vendor's machines are made from, by what is wanted."""

from collections.abc import Mapping

from aura_gql.sandboxes.values import SandboxSize

DEFAULT = "default"


class MachineImages:
    """Templates, snapshots or images by kind: `python.large`, a language, a size, or `default`."""

    def __init__(self, images: Mapping[str, str] | None = None) -> None:
        self._images = dict(images or {})

    def choose(self, language: str | None, size: SandboxSize) -> str | None:
        """The image for code in a language on a machine of a size; None is the vendor's own.

        What has both comes first, then the language's, without which nothing would run, then the size's.
        """
        word = size.value.lower()
        kinds = [word, DEFAULT]
        if language is not None:
            kinds = [f"{language.lower()}.{word}", language.lower(), *kinds]
        return next((self._images[kind] for kind in kinds if kind in self._images), None)

    @property
    def languages(self) -> frozenset[str]:
        """Those that have an image of their own, at whatever size."""
        sizes = {size.value.lower() for size in SandboxSize}
        return frozenset(kind.partition(".")[0] for kind in self._images) - sizes - {DEFAULT}
