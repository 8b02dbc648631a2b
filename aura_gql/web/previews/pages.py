"""The few pages that are the proxy's own. They say nothing of who asks, and less of what is not theirs to see."""

from html import escape
from http import HTTPStatus

import h11

_STYLE = "font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1em;color:#333"
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<body style="{style}"><h1>{title}</h1><p>{text}</p></body></html>
"""

NO_PREVIEW = "There is no preview at this address. It may have expired, or have been revoked."
SANDBOX_ENDED = "The sandbox behind this preview has ended."
NOT_HERE_YET = "The sandbox behind this preview is not running here yet. Reload the page in a moment."
DATABASE_AWAY = "The server can not look this preview up at present. Reload the page in a moment."
BUSY = "As many connections go through this preview as may. Reload the page in a moment."
NO_ANSWER = "What listens on port {port} in the sandbox did not answer in time."
NO_HTTP = "What listens on port {port} in the sandbox did not answer with HTTP that can be passed on."
NOT_OPEN = "Nothing listens on port {port} in the sandbox. Start your server, then reload the page."


def page(status: int, text: str) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body of a page."""
    body = _PAGE.format(title=HTTPStatus(status).phrase, style=_STYLE, text=escape(text)).encode()
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
    ]
    return headers, body


def answer(status: int, text: str, *, close: bool) -> tuple[h11.Response, h11.Data]:
    """The page as an answer; with `close` the last one of its connection."""
    headers, body = page(status, text)
    if close:
        headers.append(("Connection", "close"))
    reason = HTTPStatus(status).phrase.encode()
    return h11.Response(status_code=status, headers=headers, reason=reason), h11.Data(data=body)
