"""What can go wrong with a preview."""

from aura_gql.kernel.errors import NotFound, QuotaExceeded, Unsupported


class PreviewNotFound(NotFound):
    """No such preview, not the caller's, revoked or expired: nobody is told which."""

    subject = "previewUrlId"


class PreviewsOff(Unsupported):
    """This server has no port for previews."""


class TooManyPreviews(QuotaExceeded):
    """The sandbox has as many previews as it may."""

    subject = "sandboxId"


class PreviewBusy(QuotaExceeded):
    """As many connections go through the preview as may."""
