"""HTTP/1.1 with a bound on what comes before a body: uvicorn has none with httptools."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024
"""Of a request line with its headers, or of the trailers behind a body; beyond, up to one read of the socket more."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """Hangs up with 400 on a client whose headers do not come to an end: each would be kept in memory."""

    _waiting_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Take what came, unless too much has come to nothing yet."""
        if self._waiting_bytes > MAX_HEAD_BYTES:
            self.send_400_response("The headers are too long.")
            return
        self._waiting_bytes += len(data)
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """Begin to count anew."""
        self._waiting_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Begin to count anew."""
        self._waiting_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Begin to count anew."""
        self._waiting_bytes = 0
        super().on_message_complete()
