import pytest

from aura_gql.projects.configuration.idioms import in_typescript


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("document.getElementById('app')", "document.getElementById('app')!"),
        ('document.querySelector("#a b").innerHTML', 'document.querySelector("#a b")!.innerHTML'),
        ("document.querySelector('a')?.focus()", "document.querySelector('a')?.focus()"),
        ("document.getElementById('app')!", "document.getElementById('app')!"),
        ("document.querySelectorAll('a')", "document.querySelectorAll('a')"),
        ("server.address().port", "(server.address() as import('node:net').AddressInfo).port"),
        ("request.url.split('?')", "request.url!.split('?')"),
        ("const { a } = request.body;", "const { a } = request.body as any;"),
        ("request.body?.text;", "request.body?.text;"),
    ],
)
def test_what_strict_mode_refuses(code: str, expected: str) -> None:
    assert in_typescript(code) == expected
    assert in_typescript(expected) == expected
