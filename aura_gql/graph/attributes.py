"""Plain fields, read without a detour: a list has hundreds of them, and each call on the way is paid for each."""

from collections.abc import Callable

from graphql import GraphQLObjectType, GraphQLSchema
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

Resolver = Callable[[object, object], object]


def read_directly(schema: GraphQLSchema) -> None:
    """Have every field that only shows an attribute of its object read just that, in place of Strawberry's three calls.

    Fields with a resolver, a permission or an extension stay as they are.
    """
    for type_ in schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType):
            continue
        for field in type_.fields.values():
            definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if isinstance(definition, StrawberryField) and definition.is_basic_field:
                field.resolve = _reader(definition.python_name)


def _reader(name: str) -> Resolver:
    def read(source: object, info: object) -> object:
        return getattr(source, name)

    return read
