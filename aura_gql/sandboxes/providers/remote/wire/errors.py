"""How a conversation over the channel ends. None of these leaves the package of the remote providers."""


class WireViolation(Exception):
    """The other side breaks the rules: it is another than ours, or lies. The conversation is over."""


class PeerGone(Exception):
    """The conversation is over; what was asked may or may not have been done."""


class StreamAborted(Exception):
    """One of the two gave a stream up; what it carried is incomplete."""
