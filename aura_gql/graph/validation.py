"""Validating a document at a bounded cost, whoever wrote it."""

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
    specified_rules,
    validate,
)
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from aura_gql.graph.limits import complexity_error
from aura_gql.kernel.errors import ErrorCode

MAX_ERRORS = 5
"""Each may print what is wrong in full, the same thousand fields every time."""

MAX_MERGE_WORK = 25_000
"""Steps of comparing fields that would share a place in the answer, which are as many as their pairs."""


class _BoundedMergeRule(OverlappingFieldsCanBeMergedRule):
    """GraphQL's own allowance is worth seconds."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = MAX_MERGE_WORK


_RULES = (
    *(_BoundedMergeRule if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules),
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


def validate_document(schema: GraphQLSchema, document: DocumentNode, *, introspection: bool) -> list[GraphQLError]:
    """What is wrong with `document`, each error with its code: the first few, or that to find out is too much work."""
    rules = _RULES if introspection else (*_RULES, NoSchemaIntrospectionCustomRule)
    errors = validate(schema, document, rules, max_errors=MAX_ERRORS, hide_suggestions=not introspection)
    if errors and isinstance(errors[-1], ValidationAbortedError) and len(errors) <= MAX_ERRORS:
        return [complexity_error("The document repeats so many fields or fragments that checking it is too much work.")]
    for error in errors:
        error.extensions = {"code": ErrorCode.GRAPHQL_VALIDATION_FAILED.value, **(error.extensions or {})}
    return errors
