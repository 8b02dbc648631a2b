"""Having what is remembered of a template forgotten; for administrators."""

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import Administrator
from aura_gql.graph.templates.types import Template


@strawberry.input(description="Which template is to be forgotten.")
class InvalidateTemplateCacheInput:
    """What `invalidateTemplateCache` takes."""

    template_id: strawberry.ID = strawberry.field(description="The template.")


@strawberry.type(description="What `invalidateTemplateCache` did.")
class InvalidateTemplateCachePayload(Payload):
    """The template, or the errors."""

    template: Template | None = strawberry.field(
        default=None, description="The template, as it is and stays until the next sync."
    )


@strawberry.type
class TemplateCacheMutations:
    """The cache's part of the root."""

    @strawberry.mutation(
        description="Have every server forget what it remembers of a template, and the next sync fetch its repository "
        "anew and check its files, which are put again where they are lost or damaged. It stays in use meanwhile. For "
        "administrators.",
        permission_classes=[Administrator],
    )
    @settled
    async def invalidate_template_cache(
        self, info: Info, input: Input[InvalidateTemplateCacheInput]
    ) -> InvalidateTemplateCachePayload:
        """Authorise, call, convert."""
        services, template_id = info.context.services, object_id(input.template_id, "Template", ("templateId",))
        await services.template_cache.invalidate(template_id)
        return InvalidateTemplateCachePayload(template=Template.from_record(await services.templates.get(template_id)))
