"""What can go wrong with templates."""

from datetime import datetime

from aura_gql.kernel.errors import Conflict, InvalidState, NotFound, SourceUnavailable


class TemplateNotFound(NotFound):
    """No template has this id or slug."""


class TemplateFileNotFound(NotFound):
    """The template has no file at this path."""


class TemplatesUnavailable(SourceUnavailable):
    """The repository can't be reached, does not answer in time, or answers nonsense; later it may."""


class TemplatesRateLimited(TemplatesUnavailable):
    """The repository's host has had enough of us; it is not to be asked before `retry_at`."""

    def __init__(self, message: str, retry_at: datetime) -> None:
        super().__init__(message, details={"retryAt": retry_at.isoformat()})
        self.retry_at = retry_at


class TemplateRepositoryNotFound(NotFound):
    """There is no such repository or no such ref in it, or our token may not see it."""


class TemplateSourceRefused(InvalidState):
    """What came breaks a rule of ours, or our token is no good; nothing changes that but somebody."""


class CataloguePoisoned(InvalidState):
    """What a source has can't be meant: nothing at all, or less than half of what it had."""


class TemplateSyncEnded(InvalidState):
    """The sync is over: somebody took it for dead."""


class TemplateSyncUnderWay(Conflict):
    """Another sync has not ended yet."""


class TemplateSyncTooSlow(SourceUnavailable):
    """The sync took longer than TEMPLATE_SYNC_TIMEOUT_S and was given up."""


class TemplateSyncBroken(SourceUnavailable):
    """Something went wrong that nobody expected, or the process that ran the sync died; the log tells more."""
