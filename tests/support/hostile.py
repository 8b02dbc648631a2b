"""What a client sends that is out of its mind: requests made from the schema and its examples, then broken.

Each is made from a seed and a number alone, so that one that does harm can be made again by itself.
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote_from_bytes

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    is_required_input_field,
    type_from_ast,
)

from tests.support.examples import Example

PLAUSIBLE = ("main.py", "notes/a.txt", "A name", "print(1)", "echo hello", "react", "^1.0.0", "python")
TEXTS = (
    *("", "x", "main.py", "../../etc/passwd", "a/../b", "/", ".git/config", "a\x00b", "\ud800", "\u2028", "\U0001d4b3"),
    *("x" * 5000, "$where", "__proto__", "%00", "\n", "\x7f", "a" * 300 + "/b", "😀" * 100, "null", "-1", "{}", "CON"),
)
NUMBERS = (0, -1, 1, 7, 2**31 - 1, 2**31, -(2**31) - 1, 2**53, 2**63, 2**70, 10**400, 1.5, -0.0, 1e308)
ODD_VALUES: tuple[object, ...] = (None, True, [], {}, [[]], [None], {"a": {"b": [None]}}, "", 5, "x" * 5000, 2**70)
ODD_TEXT = (
    *("\x00", "\ud800", "\\", "\\u", "{", "}", "(", ")", '"', '"""', "$", "@", "...", "null", "1e999", "-", "\u2028"),
    *("\U0001d4b3", "#", "!", "[", "9" * 40, "@skip(if: true)", "@include", "__schema", "fragment", "&", ":", "\ufeff"),
)
ODD_BODIES = (
    *(b"", b"null", b"5", b'"x"', b"[]", b"{}", b"NaN", b"[" * 100_000, b'{"query":' * 5000, b"\xff\xfe", b"\x00" * 50),
    *(
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        b'{"query": "{a}", "query": 5}',
        b'[{"query": "{ viewer { id } }"}]',
    ),
    *(b'{"query": "{ a }", "variables": {"a": ' + b"9" * 5000 + b"}}", b"query=%7Ba%7D", b"\xef\xbb\xbf{}", b"{}{}"),
)
ODD_HEADERS: Mapping[bytes, Sequence[bytes]] = {
    b"accept": (
        b"*/*",
        b"text/event-stream",
        b"application/graphql-response+json",
        b";q=",
        b"text/html",
        b"\x7f",
        b",",
    ),
    b"content-type": (b"", b";", b"text/plain", b"application/json;charset=utf-16", b"application/json; charset=\xff"),
    b"content-length": (b"-1", b"9" * 30, b"0", b"x", b"5"),
    b"content-encoding": (b"gzip", b"br"),
    b"transfer-encoding": (b"chunked", b"gzip", b"chunked, identity"),
    b"cookie": (b"=", b"a=b; a", b"better-auth.session_token=%ff%00.x", b";" * 50, b"better-auth.session_token=\xff.a"),
    b"authorization": (b"Bearer", b"Bearer ", b"Basic x", b"Bearer a.b.c", b"\xff", b"Bearer " + b"x" * 5000),
    b"origin": (b"null", b"http://localhost", b"https://[", b"x", b"\xff"),
    b"host": (b"", b"a:b:c", b"[::1", b"\xff", b"x" * 500, b"a/b"),
    b"expect": (b"100-continue", b"x"),
    b"upgrade": (b"websocket", b"h2c"),
    b"connection": (b"upgrade", b"close", b"keep-alive, upgrade"),
    b"x-request-id": (b"", b"a" * 999, b"../../x", b"\xff" * 9),
    b"x-forwarded-for": (b"1.2.3.4", b"\xff", b","),
    b"sec-websocket-version": (b"13", b"x"),
    b"idempotency-key": (b"x",),
}
PATHS = (
    *(b"/", b"/graphql/", b"//graphql", b"/graphql%00", b"/GRAPHQL", b"/healthz", b"/readyz", b"/metrics", b"/%ff"),
    *(b"/static/x", b"/static/..%2f..%2fapp.py", b"/static/%00", b"/static/" + b"x" * 5000, b"*", b"/../graphql"),
)


@dataclass(frozen=True, slots=True)
class Hostile:
    """A request that may be anything; `number` says which."""

    number: int
    method: str
    path: bytes
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def raw(self) -> bytes:
        """It as HTTP/1.1; lengths are told unless a header does."""
        target = self.path + (b"?" + self.query if self.query else b"")
        names = {name for name, _ in self.headers}
        headers = [*self.headers]
        headers += [(b"host", b"localhost")] if b"host" not in names else []
        if not names & {b"content-length", b"transfer-encoding"} and self.body:
            headers.append((b"content-length", b"%d" % len(self.body)))
        lines = [b"%s %s HTTP/1.1" % (self.method.encode(), target), *(b"%s: %s" % header for header in headers)]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body


class Mint:
    """Makes hostile requests over a schema. `ids` are some that exist, so that a few get through to what they name."""

    def __init__(self, seed: str, schema: GraphQLSchema, examples: Sequence[Example], ids: Sequence[str]) -> None:
        self.seed = seed
        self._schema = schema
        self._examples = examples
        self._ids = ids

    def request(self, number: int) -> Hostile:
        """The request of this number, for as long as the seed, the schema and the examples stay as they are."""
        source = random.Random(f"{self.seed}:{number}")
        operation = self._operation(source)
        body = _encoded(source, operation)
        method = source.choices(["POST", "GET", "PUT", "HEAD", "OPTIONS", "DELETE", "X"], [75, 15, 2, 2, 2, 2, 2])[0]
        query = b""
        if method != "POST":
            query, body = _query_string(source, operation), body if source.random() < 0.2 else b""
        if source.random() < 0.08:
            body = source.choice(ODD_BODIES)
        headers = [(b"content-type", b"application/json")]
        if source.random() < 0.08:
            headers, body = _form(source, operation)
        if source.random() < 0.25:
            body = broken(source, body)
        for name in source.choices(sorted(ODD_HEADERS), k=source.choice([0, 0, 0, 1, 1, 2, 3])):
            if source.random() < 0.5:
                headers = [header for header in headers if header[0] != name]
            headers.append((name, source.choice(ODD_HEADERS[name])))
        path = source.choice(PATHS) if source.random() < 0.07 else b"/graphql"
        return Hostile(number, method, path, query, tuple(headers), body)

    def message(self, number: int) -> str:
        """A text to send on a socket."""
        source = random.Random(f"{self.seed}:{number}:message")
        kinds = ["subscribe", "subscribe", "subscribe", "subscribe", "complete", "ping", "pong", "connection_init", "x"]
        payload: object = self._operation(source)
        message = {
            "id": source.choice([*"12345678", "", 7, "\ud800"]),
            "type": source.choice(kinds),
            "payload": payload,
        }
        if source.random() < 0.2:
            message[source.choice(sorted(message))] = source.choice(ODD_VALUES)
        text = json.dumps(message)
        return broken(source, text.encode()).decode(errors="replace") if source.random() < 0.1 else text

    def _operation(self, source: random.Random) -> dict[str, object]:
        example = source.choice(self._examples)
        variables = {
            node.variable.name.value: self._value(
                source, cast(GraphQLInputType, type_from_ast(self._schema, node.type))
            )
            for node in example.operation.variable_definitions or ()
        }
        operation: dict[str, object] = {"query": example.text, "variables": variables, "operationName": example.name}
        if source.random() < 0.15:
            name = source.choice(["query", "variables", "operationName", "extensions", "documentId", "other"])
            operation[name] = source.choice(ODD_VALUES)
        if source.random() < 0.3:
            operation["query"] = _scrambled(source, str(operation["query"]))
        return operation

    def _value(self, source: random.Random, kind: GraphQLInputType | None) -> object:
        if source.random() < 0.02:
            return source.choice(ODD_VALUES)
        if isinstance(kind, GraphQLNonNull):
            return self._value(source, kind.of_type)
        if isinstance(kind, GraphQLList):
            return [self._value(source, kind.of_type) for _ in range(source.choice([0, 1, 1, 2, 40]))]
        if isinstance(kind, GraphQLInputObjectType):
            wanted = {n: f for n, f in kind.fields.items() if is_required_input_field(f) or source.random() < 0.4}
            return {name: self._value(source, field.type) for name, field in wanted.items()}
        if isinstance(kind, GraphQLEnumType):
            return source.choice([*kind.values, "NOTHING"])
        return self._scalar(source, getattr(kind, "name", ""))

    def _scalar(self, source: random.Random, name: str) -> object:
        if name == "Boolean":
            return source.random() < 0.5
        if name in ("Int", "Float", "Long"):
            return source.choice(NUMBERS)
        if name == "ID" and source.random() < 0.8:
            return source.choice(self._ids)
        return source.choice(PLAUSIBLE if source.random() < 0.6 else TEXTS)


def broken(source: random.Random, data: bytes) -> bytes:
    """`data` with some bytes lost, others put in."""
    for _ in range(source.choice([1, 1, 2, 4])):
        at = source.randrange(len(data) + 1)
        put = source.choice([b"", b"\x00", b"\xff", b"\r\n", b"\n", b":", b'"', source.randbytes(3)])
        data = data[:at] + put + data[at + source.choice([0, 1, 8, 500]) :]
    return data


def _scrambled(source: random.Random, text: str) -> str:
    for _ in range(source.randrange(1, 6)):
        at = source.randrange(len(text) + 1)
        odd = source.choice(ODD_TEXT)
        text = source.choice([text[:at] + odd + text[at:], text[:at] + text[at + 3 :], text[:at], text + text[at:]])
    return text[:20_000]


def _encoded(source: random.Random, operation: Mapping[str, object]) -> bytes:
    as_ascii = source.random() < 0.5
    return json.dumps(operation, ensure_ascii=as_ascii).encode(errors="surrogatepass")


def _query_string(source: random.Random, operation: Mapping[str, object]) -> bytes:
    pairs = []
    for name, value in operation.items():
        text = value if isinstance(value, str) and source.random() < 0.9 else json.dumps(value)
        pairs.append(f"{name}={quote_from_bytes(text.encode(errors='surrogatepass'))}".encode())
    query = b"&".join(pairs)
    if source.random() < 0.3:
        query = broken(source, query)
    # Others never come to an application: they are not allowed in HTTP, and `raw` requests are broken by themselves.
    return bytes(byte for byte in query if 0x20 < byte < 0x7F)


def _form(source: random.Random, operation: Mapping[str, object]) -> tuple[list[tuple[bytes, bytes]], bytes]:
    names = {"operations": _encoded(source, operation), "map": b'{"0": ["variables.input.file"]}', "0": b"content"}
    for name in source.sample(sorted(names), source.choice([0, 0, 1])):
        names[name] = source.choice(ODD_BODIES)
    parts = b"".join(
        b'--b\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        % (name.encode(), b'; filename="a.txt"' if name == "0" else b"", value)
        for name, value in names.items()
    )
    boundary = source.choice([b"b", b"b", b"b", b"", b'"b"', b"x" * 500])
    headers = [(b"content-type", b"multipart/form-data; boundary=" + boundary)]
    headers += [(b"x-requested-with", b"x"), (b"apollo-require-preflight", b"1")] if source.random() < 0.8 else []
    return headers, parts + b"--b--\r\n"
