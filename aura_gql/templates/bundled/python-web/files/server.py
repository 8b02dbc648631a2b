"""A web server with one page and one JSON route."""

import json
import os
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8000"))
PAGE = Path(__file__).with_name("index.html")


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/":
            self.answer(200, "text/html; charset=utf-8", PAGE.read_bytes())
        elif url.path == "/api/hello":
            name = parse_qs(url.query).get("name", ["world"])[0]
            self.answer_json(200, {"message": f"Hello, {name}!", "at": datetime.now(timezone.utc).isoformat()})
        else:
            self.answer_json(404, {"error": f"There is nothing at {url.path}"})

    def answer_json(self, status: int, value: object) -> None:
        self.answer(status, "application/json", json.dumps(value).encode())

    def answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    with ThreadingHTTPServer((HOST, PORT), Handler) as server:
        print(f"Listening on http://{HOST}:{server.server_port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("Bye")


if __name__ == "__main__":
    main()
