"""What can go wrong with templates."""

from aura_gql.kernel.errors import Conflict, NotFound


class TemplateNotFound(NotFound):
    """No template has this id or slug."""


class TemplateFileNotFound(NotFound):
    """The template has no file at this path."""


class TemplateSlugTaken(Conflict):
    """Another source has a template of this slug already."""
