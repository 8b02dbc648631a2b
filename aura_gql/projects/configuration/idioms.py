"""JavaScript idioms that TypeScript's strict mode refuses, said so that it takes them."""

import re

_QUOTED = r"(?:'[^'\n]*'|\"[^\"\n]*\")"
_IDIOMS = (
    # The element is there: the page that loads the script has it.
    (re.compile(rf"(\bdocument\.(?:getElementById|querySelector)\({_QUOTED}\))(?![!?])"), r"\1!"),
    # A server that listens has an address, and one on a port is no pipe.
    (re.compile(r"\b(\w+)\.address\(\)\.port\b"), r"(\1.address() as import('node:net').AddressInfo).port"),
    # A request that a server received has a URL.
    (re.compile(r"\b(req|request)\.url\."), r"\1.url!."),
    # A body is whatever the client sent.
    (re.compile(r"(?<== )(req|request)\.body;"), r"\1.body as any;"),
    # A context of GSAP that was made with a scope has a selector.
    (re.compile(r"\bself\.selector\("), "self.selector!("),
)


def in_typescript(code: str) -> str:
    """The code with those idioms replaced; it runs as before."""
    for pattern, replacement in _IDIOMS:
        code = pattern.sub(replacement, code)
    return code
