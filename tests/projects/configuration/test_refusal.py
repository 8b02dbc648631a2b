from aura_gql.kernel.errors import ErrorCode
from aura_gql.projects.configuration.refusal import refuse


def test_names_the_option_and_the_reason() -> None:
    error = refuse("tailwindcss", "the sky is green")
    assert error.message == "`tailwindcss` can't be applied because the sky is green."
    assert error.field == ("configuration", "tailwindcss")
    assert error.details == {"option": "tailwindcss", "reason": "the sky is green"}
    assert error.code is ErrorCode.INVALID_INPUT
