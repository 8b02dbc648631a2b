"""A key that its vendor does not take: the operator's to mend, and nobody else's business."""

import structlog

from aura_gql.sandboxes.providers.remote.errors import VendorKeyRefused
from aura_gql.sandboxes.tally import VendorTally

_log = structlog.get_logger(__name__)


class KeyAlarm:
    """Logs once when the key begins to be refused, and once when it is taken again."""

    def __init__(self, name: str, tally: VendorTally) -> None:
        """`name` is the vendor's, for words."""
        self._name = name
        self._tally = tally

    @property
    def is_ringing(self) -> bool:
        """Whether the key was refused at last."""
        return self._tally.is_key_refused

    def refused(self, error: VendorKeyRefused) -> VendorKeyRefused:
        """Note a refusal; what a user is told, which says nothing of keys."""
        if not self._tally.is_key_refused:
            self._tally.is_key_refused = True
            _log.error("provider.key_refused", provider=self._name, reason=error.message)
        return VendorKeyRefused(f"{self._name} can't be used at present; whoever runs this server has been told.")

    def taken(self) -> None:
        """Note that the key was good for something."""
        if self._tally.is_key_refused:
            self._tally.is_key_refused = False
            _log.info("provider.key_taken", provider=self._name)
