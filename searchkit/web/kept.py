"""Pages that were made lately, sent again as they are: making one takes longer than a search.

Floor 8.  A plain ASGI layer between ``guards`` and the application.  Invariant: what is sent again
was made of the generation that is the newest now, on this day, for the same address.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .etags import names
from .remembered import Remembered
from .service import Service, today

MOST_BYTES = 16_000_000
_NO_PAGES = ("/api/", "/feed.", "/healthz", "/static/")
_LEVEL = 1
_MOST_OF_ONE = 500_000


class _Page(NamedTuple):
    """The head of an answer, and its body packed."""

    start: Message
    body: bytes

    async def send(self, send: Send, known: str) -> None:
        """Send it, or 304 where its tag is among those that are ``known``."""
        start = {**self.start, "headers": list(self.start["headers"])}
        tag = Headers(raw=start["headers"]).get("etag", "")
        if not (tag and names(known, tag)):
            await send(start)
            await send({"type": "http.response.body", "body": zlib.decompress(self.body)})
            return
        told = [pair for pair in start["headers"] if pair[0] in (b"etag", b"cache-control")]
        await send({**start, "status": 304, "headers": told})
        await send({"type": "http.response.body", "body": b""})


class Kept:
    """``app``, whose pages are kept for who asks for them next."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self._app = app
        self._pages: Remembered[_Page] = Remembered(most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] != "GET"
            or scope["path"].startswith(_NO_PAGES)
        ):
            await self._app(scope, receive, send)
            return
        service: Service = scope["app"].state.service
        host = Headers(scope=scope).get("host", "")
        key = (service.newest, today(), scope["path"], scope["query_string"], host)
        page = self._pages.get(key)
        if page is not None:
            await page.send(send, Headers(scope=scope).get("if-none-match", ""))
            return
        heard, unsound = _Heard(send), service.unsound
        await self._app(scope, receive, heard)
        made = heard.page
        if made is not None and unsound == service.unsound and key[0] == service.newest:
            size = len(made.body) + len(scope["path"]) + len(scope["query_string"])
            self._pages.put(key, made, size)


class _Heard:
    """``send``, and what was sent through it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()
        self._whole = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            # Headers are added to it on its way out.
            self._start = {**message, "headers": list(message["headers"])}
        elif message["type"] == "http.response.body" and len(self._body) <= _MOST_OF_ONE:
            self._body += message.get("body", b"")
            self._whole = not message.get("more_body", False)
        await self._send(message)

    @property
    def page(self) -> _Page | None:
        """What was sent, where it is a page of moderate size, and whole."""
        if self._start is None or self._start["status"] != 200 or not self._whole:
            return None
        kind = Headers(raw=self._start["headers"]).get("content-type", "")
        if not kind.startswith("text/html") or len(self._body) > _MOST_OF_ONE:
            return None
        return _Page(self._start, zlib.compress(bytes(self._body), _LEVEL))
