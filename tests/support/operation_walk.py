"""Every operation of the schema, made up from its types, so that tests cover the fields that come later too."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

Path = tuple[str, ...]
Sample = Callable[[str, GraphQLInputType], object]
"""The value for an argument or an input field, by its name and type."""

_SCALARS: Mapping[str, object] = {"Int": 1, "Float": 1.0, "Boolean": True, "String": "a text", "Long": 1, "JSON": {}}


@dataclass(frozen=True, slots=True)
class Root:
    """One field of a root type."""

    kind: str
    name: str
    field: GraphQLField

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def selection(self) -> str:
        """As little of the answer as can be asked for; of a payload, its errors."""
        if is_leaf_type(get_named_type(self.field.type)):
            return ""
        return "{ errors { code message field } }" if self.kind == "mutation" else "{ __typename }"

    def operation(self, path: Path, value: object, sample: Sample) -> tuple[str, dict[str, Any]]:
        """Its document and variables: `value` at `path`, samples where something is required, and nothing else."""
        wanted = {name: arg for name, arg in self.field.args.items() if name in path[:1] or is_required_argument(arg)}
        variables = {name: _value(name, arg.type, path, value, sample) for name, arg in wanted.items()}
        if not wanted:
            return f"{self.kind} {{ {self.name} {self.selection} }}", {}
        declared = ", ".join(f"${name}: {arg.type}" for name, arg in wanted.items())
        passed = ", ".join(f"{name}: ${name}" for name in wanted)
        return f"{self.kind} ({declared}) {{ {self.name}({passed}) {self.selection} }}", variables


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a root field's arguments; `path` leads there, with "0" for the item of a list."""

    root: Root
    path: Path
    type: GraphQLInputType

    def __str__(self) -> str:
        return f"{self.root}({'.'.join(self.path)})"

    def operation(self, value: object, sample: Sample) -> tuple[str, dict[str, Any]]:
        """As `Root.operation`."""
        return self.root.operation(self.path, value, sample)


def roots(schema: GraphQLSchema) -> Iterator[Root]:
    """Every query, mutation and subscription."""
    for kind, type_ in (
        ("query", schema.query_type),
        ("mutation", schema.mutation_type),
        ("subscription", schema.subscription_type),
    ):
        for name, field in type_.fields.items() if type_ else ():
            yield Root(kind, name, field)


def slots(schema: GraphQLSchema, wanted: Callable[[Path, GraphQLInputType], bool]) -> Iterator[Slot]:
    """The places that are `wanted`, in every argument of every root field."""
    for root in roots(schema):
        for name, argument in root.field.args.items():
            for path, type_ in _places((name,), argument.type, frozenset()):
                if wanted(path, type_):
                    yield Slot(root, path, type_)


def nested_arguments(schema: GraphQLSchema) -> Iterator[str]:
    """Every argument of a field below the roots, as `Type.field(argument)`."""
    tops = {type_ for type_ in (schema.query_type, schema.mutation_type, schema.subscription_type) if type_}
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and type_ not in tops and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                yield from (f"{type_.name}.{name}({argument})" for argument in field.args)


def _places(path: Path, type_: GraphQLInputType, seen: frozenset[str]) -> Iterator[tuple[Path, GraphQLInputType]]:
    yield path, type_
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if isinstance(bare, GraphQLList):
        yield from _places((*path, "0"), bare.of_type, seen)
    elif isinstance(bare, GraphQLInputObjectType) and bare.name not in seen:
        for name, field in bare.fields.items():
            yield from _places((*path, name), field.type, seen | {bare.name})


def _value(name: str, type_: GraphQLInputType, path: Sequence[str], value: object, sample: Sample) -> object:
    """`value` where `path` ends, else what leads there, else a sample."""
    on_path = bool(path) and path[0] == name
    if on_path and len(path) == 1:
        return value
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    rest = path[1:] if on_path else ()
    if is_list_type(bare):
        if rest:
            return [_value(rest[0], bare.of_type, rest, value, sample)]
        return [sample(name, bare.of_type)] if is_leaf_type(get_named_type(bare)) else []
    if isinstance(bare, GraphQLInputObjectType):
        return {
            key: _value(key, field.type, rest, value, sample)
            for key, field in bare.fields.items()
            if key in rest[:1] or is_required_input_field(field)
        }
    return sample(name, bare)


def sample_with(ids: Mapping[str, str]) -> Sample:
    """Samples whose ids, by the type that an argument's name tells (`projectId`), are these."""

    def sample(name: str, type_: GraphQLInputType) -> object:
        named = get_named_type(type_)
        if named.name == "ID":
            kind = name.removesuffix("Id")
            return ids.get(kind[:1].upper() + kind[1:], next(iter(ids.values())))
        if isinstance(named, GraphQLEnumType):
            return next(iter(named.values))
        return _SCALARS[named.name]

    return sample
