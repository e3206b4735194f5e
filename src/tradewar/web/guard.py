"""What is let in from the network: which names and origins, how large, and the headers of every answer.

| threat | what is done |
|---|---|
| another site's page talks to the server of a visitor's machine | the `Origin` of every WebSocket and POST is ours |
| a foreign name is made to point at loopback | on loopback, the `Host` is a loopback name |
| uploads that Shiny would take, of any size, to a path that a client may name | its upload address is closed |
| a body larger than any file that we read | it is counted while it comes, and cut off |
| text that is taken for a script, or the page in a foreign frame | content security policy |
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 32 * 2**20
"""Bytes of a request."""
POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address or a name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Guard:
    """An application behind these rules.

    Args:
        app: what is guarded.
        host: the name or address on which it listens.
        page: its page; the scripts that stand in it as text are allowed by their hashes.
    """

    def __init__(self, app: Application, host: str, page: str = "") -> None:
        self._app = app
        self._loopback = is_loopback(host)
        scripts = "".join(f" 'sha256-{_digest(text)}'" for text in _INLINE.findall(page))
        self._headers = [(b"content-security-policy", POLICY.format(scripts=scripts).encode()), *HEADERS]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if not self._allowed(scope):
            await self._refuse(scope, send)
            return
        await self._app(scope, _counted(scope, receive), _with_headers(send, self._headers))

    async def _refuse(self, scope: Scope, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = [(b"content-type", b"text/plain"), *self._headers]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": b"Refused: too large, or not from this page."})

    def _allowed(self, scope: Scope) -> bool:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        name = urlsplit(f"//{host}").hostname or ""
        if self._loopback and not is_loopback(name):
            return False
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            return True
        origin = headers.get(b"origin")
        if origin is not None and urlsplit(origin.decode("latin-1")).netloc != host:
            return False
        return not scope["path"].startswith("/session/") and not _too_long(headers)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _too_long(headers: dict[bytes, bytes]) -> bool:
    length = headers.get(b"content-length", b"0")
    return not length.isdigit() or int(length) > MAX_BODY


def _counted(scope: Scope, receive: Receive) -> Receive:
    """The same messages, until a body is larger than any that is read."""
    if scope["type"] != "http":
        return receive
    taken = 0

    async def take() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= MAX_BODY else {"type": "http.disconnect"}

    return take


def _with_headers(send: Send, headers: list[tuple[bytes, bytes]]) -> Send:
    async def say(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), *headers]}
        await send(message)

    return say
