"""What a resolver knows about the request that it serves."""

from dataclasses import dataclass, field, replace

import strawberry

from aura_gql.auth.records import Viewer
from aura_gql.graph.cost_budget import Bill
from aura_gql.graph.loaders import Loaders
from aura_gql.kernel.errors import TooMuchAsked, Unauthenticated
from aura_gql.services import Services

MAX_CONTENT_BYTES = 32 * 1024 * 1024
"""Of all files in one answer: they are in memory at once."""

MAX_DIFF_LINES = 5_000
"""As objects, in all diffs of one answer: making these takes the event loop."""


@dataclass(slots=True)
class Context:
    """One operation's surroundings. On a socket each operation gets its own, by `for_operation`.

    `client` is the address of whoever asks, as the proxies that we trust tell it; `traceparent` is the header of that
    name, unchecked. `origin` is where the client reached this server, e.g. `https://aura.example.com`.
    """

    services: Services
    request_id: str
    viewer: Viewer | None = None
    client: str = ""
    bill: Bill | None = None
    connection_params: dict[str, object] | None = None
    loaders: Loaders = field(default_factory=Loaders)
    content_bytes: int = 0
    diff_lines: int = 0
    transport: str = "http"
    error_code: str | None = None
    traceparent: str | None = None
    origin: str = ""

    def absolute(self, url: str) -> str:
        """A link as the client can use it: one that begins with `/` is below our own address."""
        return self.origin + url if url.startswith("/") else url

    def require_viewer(self) -> Viewer:
        """Who is signed in; Unauthenticated where nobody is."""
        if self.viewer is None:
            raise Unauthenticated("Sign in first: send a session cookie or a bearer token.")
        return self.viewer

    def note_error(self, code: object) -> None:
        """Remember the code of the operation's first error, on top or in a payload: that is how it ended."""
        if self.error_code is None:
            self.error_code = str(code)

    def take_content(self, size: int) -> None:
        """Count the bytes of a file that is about to be read; TooMuchAsked where the answer would hold too many.

        A cost can't say this before: nobody knows how large the files are that a list will have.
        """
        self.content_bytes += size
        if self.content_bytes > MAX_CONTENT_BYTES:
            raise TooMuchAsked(f"The contents of files in one answer may have {MAX_CONTENT_BYTES} bytes together.")

    def take_diff_lines(self, count: int) -> None:
        """Count the lines of a diff that the answer is to hold as objects; TooMuchAsked where there would be too many.

        As with `take_content`, a cost can't say this before.
        """
        self.diff_lines += count
        if self.diff_lines > MAX_DIFF_LINES:
            raise TooMuchAsked(
                f"The hunks in one answer may have {MAX_DIFF_LINES} lines together; `unified` has no such limit."
            )

    def for_operation(self, request_id: str) -> "Context":
        """The same connection for another operation, with loaders of its own."""
        return replace(
            self, request_id=request_id, bill=None, loaders=Loaders(), content_bytes=0, diff_lines=0, error_code=None
        )


Info = strawberry.Info[Context, None]
"""What resolvers annotate their `info` with."""
