"""What one sandbox has sent and received, and how much it may."""

from http import HTTPStatus

from aura_gql.sandboxes.providers.local.egress.refusal import Refusal


class EgressUsage:
    """Bytes of all connections of a sandbox to hosts outside, in each direction."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.sent = 0
        self.received = 0

    def require_left(self) -> None:
        """Raises Refusal where one direction is used up."""
        if max(self.sent, self.received) >= self.max_bytes:
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                f"This sandbox has used its {self.max_bytes:,} bytes of network: see SANDBOX_EGRESS_MAX_BYTES.",
            )

    def send(self, count: int) -> None:
        """Count bytes that are about to be sent. Raises Refusal, for bytes beyond the bound too."""
        self.require_left()
        self.sent += count

    def receive(self, count: int) -> None:
        """Count bytes that came. Raises Refusal, for bytes beyond the bound too."""
        self.require_left()
        self.received += count
