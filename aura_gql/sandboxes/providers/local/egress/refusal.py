"""What the proxy does not do, and how it says so."""

from http import HTTPStatus


class Refusal(Exception):
    """A request that goes nowhere: the status of its answer, and words for whoever reads it inside."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words

    def response(self) -> bytes:
        """The whole answer, after which the connection ends."""
        body = f"{self.words}\n".encode()
        allow = "Allow: CONNECT, GET, HEAD, POST\r\n" if self.status is HTTPStatus.METHOD_NOT_ALLOWED else ""
        head = (
            f"HTTP/1.1 {self.status.value} {self.status.phrase}\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n{allow}"
            "Connection: close\r\n\r\n"
        )
        return head.encode("ascii") + body


def not_listed(host: str, port: int) -> Refusal:
    """The answer for a host that is on no list."""
    words = f"This sandbox may not reach {host} on port {port}: only SANDBOX_EGRESS_HOSTS of its server can allow that."
    return Refusal(HTTPStatus.FORBIDDEN, words)
