"""Running the application on a socket: uvicorn, with what it leaves open closed.

Floor 8.  ``listen`` binds before anything is started, ``run`` serves until Ctrl-C or SIGTERM, lets
what is being answered be answered, and returns.  Invariant: a client that sends nothing, or
slowly, costs a file descriptor for ``REQUEST_SECONDS``, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import h11
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from . import problems
from .guards import HEADER_BYTES, HEADERS

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

REQUEST_SECONDS = 10.0
"""A request has to have arrived so long after its first byte, or after the connection was made."""

_AT_ONCE = struct.pack("ii", 1, 0)
"""The option of a socket that resets its connection when it is closed."""

_KEEP_ALIVE_SECONDS = 15
_FAREWELL_SECONDS = 3
_WAITING_CONNECTIONS = 512


class PatientProtocol(H11Protocol):
    """uvicorn's protocol on h11, with a limit to its patience.

    uvicorn waits for the rest of a request for ever: its only timeout is that between two
    requests, which ends with the first byte of the second.  And it tells what h11 refuses as
    plain text.  Can go when uvicorn has a timeout for requests.
    """

    seconds = REQUEST_SECONDS
    _until: asyncio.TimerHandle | None = None

    # asyncio promises any transport, uvicorn only asks for those that write.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app = partial(self._whole, self.app)
        self._until = self.loop.call_later(self.seconds, self._give_up)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # IDLE: a header, or nothing of one; SEND_BODY: a header was read, its body was not.
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            if self._until is None and self.timeout_keep_alive_task is None:
                self._until = self.loop.call_later(self.seconds, self._give_up)
        else:
            self._forget()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Say what h11 would not read, which is the error that is being dealt with."""
        error = sys.exc_info()[1]
        self._refuse(getattr(error, "error_status_hint", 400))

    async def _whole(self, app: ASGI3Application, scope: Any, receive: Any, send: Any) -> None:
        """``app``, whose answer is not taken for whole where it fails in its middle: HTTP/1.0 has
        no other sign of that than a connection that is reset."""
        try:
            await app(scope, receive, send)
        except BaseException:
            if scope["http_version"] == "1.0":
                bound: socket.socket = self.transport.get_extra_info("socket")
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            raise

    def _forget(self) -> None:
        if self._until is not None:
            self._until.cancel()
            self._until = None

    def _give_up(self) -> None:
        """End a connection whose request has not arrived."""
        self._until = None
        if self.transport.is_closing():
            return
        if self.conn.our_state is h11.IDLE and self.conn.trailing_data[0]:
            self._refuse(408)
        else:
            self.transport.close()

    def _refuse(self, status: int) -> None:
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        answer = problems.refusal(status)
        headers = [*answer.headers.items(), *HEADERS.items(), ("connection", "close")]
        for event in (
            h11.Response(status_code=answer.status_code, headers=headers),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class Server(uvicorn.Server):
    """uvicorn's server, which does not raise the signal that ended it again, and says when it
    listens."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Only the main thread is told of signals.
        main = threading.current_thread() is threading.main_thread()
        numbers = (signal.SIGINT, signal.SIGTERM) if main else ()
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound; port 0 is any that is free.  Raises ``OSError``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only of a socket that says it is TCP does asyncio switch off Nagle's algorithm: without that,
    # the body of an answer waits 40 ms for the client to acknowledge the head.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(_WAITING_CONNECTIONS)
    except BaseException:
        bound.close()
        raise
    bound.set_inheritable(False)
    return bound


def run(
    app: Starlette, bound: socket.socket, *, on_ready: Callable[[], None] = lambda: None
) -> None:
    """Serve ``app`` on ``bound`` until Ctrl-C or SIGTERM; ``on_ready`` is called when requests are
    answered.  Raises what starting the application raises."""
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    Server(_config(app), on_ready).run(sockets=[bound])


def _config(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        loop="asyncio",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        h11_max_incomplete_event_size=HEADER_BYTES,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_FAREWELL_SECONDS,
        backlog=_WAITING_CONNECTIONS,
    )
