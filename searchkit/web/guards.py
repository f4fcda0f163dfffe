"""What no request gets past, and what every answer carries.

Floor 8.  A plain ASGI layer around the application.  Host names that this server does not answer
to, large headers and bodies, and all methods but GET and HEAD are refused; faults that nothing
else knew are logged and told as such; an answer that fails in its middle is broken off.
Invariant: every answer has the headers of ``HEADERS``.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import problems

HEADER_BYTES = 8 * 1024
BODY_BYTES = 16 * 1024
METHODS = ("GET", "HEAD")

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""No script, style or frame but our own files, no guessing of types, and no query told to the
sites that are linked to."""


class Guards:
    """``app``, answering to ``hosts`` only."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        carried = _Carried(send)
        try:
            await self._refuse(scope, receive)
            await self._app(scope, receive, carried)
        except ClientDisconnect:
            return
        except Exception as error:
            request = Request(scope, receive)
            if carried.started:
                problems.note_broken_off(request, error)
                raise  # so that the server ends the connection, and not the answer
            await problems.respond(request, error)(scope, receive, carried)

    async def _refuse(self, scope: Scope, receive: Receive) -> None:
        """Raises ``HTTPException`` for what is not answered."""
        headers = Headers(scope=scope)
        size = len(scope.get("raw_path", b"")) + len(scope["query_string"])
        if size + sum(len(name) + len(value) + 4 for name, value in headers.raw) > HEADER_BYTES:
            raise _refusal(431, f"the limit is {HEADER_BYTES:,} bytes")
        if host_name(headers.get("host", "")) not in self._hosts:
            raise _refusal(421, "start it with --allow-host NAME to let it answer to another name")
        if scope["method"] not in METHODS:
            raise HTTPException(405, headers={"allow": ", ".join(METHODS)})
        if "transfer-encoding" in headers or headers.get("content-length", "0") != "0":
            await _read_body(headers.get("content-length", "0"), receive)


async def _read_body(told: str, receive: Receive) -> None:
    """Take a body that nobody needs, as far as it may go."""
    short = told.isascii() and told.isdigit() and len(told) < 10 and int(told) <= BODY_BYTES
    size, more = 0 if short else BODY_BYTES + 1, True
    while more and size <= BODY_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    if size > BODY_BYTES:
        raise _refusal(413, f"the limit is {BODY_BYTES:,} bytes")


def host_name(host: str) -> str:
    """The name in a ``Host`` header, without its port, in lower case."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()


def _refusal(status: int, detail: str) -> HTTPException:
    # The rest of what is being sent is of no interest.
    return HTTPException(status, detail, {"connection": "close"})


class _Carried:
    """``send`` with the headers that every answer has."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            message["headers"] = headers.raw
        await self._send(message)
