"""R22: the server on a real socket: slow and half-open clients, oversize headers, its end."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from corpus import Place
from serving import listening

from searchkit.errors import ClusterDegraded
from searchkit.web import pages, server

Parts = AsyncIterator[bytes]

SECONDS = 1.0
"""So long a request may take here to arrive."""


@pytest.fixture(scope="module")
def port(small_index: Place) -> Iterator[int]:
    """The port of a server whose patience is short."""
    with listening(small_index, seconds=SECONDS) as one:
        yield one


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as one:
        yield one


def said(one: socket.socket) -> bytes:
    """All that is sent until the server closes."""
    told = b""
    while True:
        try:
            chunk = one.recv(65536)
        except ConnectionResetError:
            return told
        if not chunk:
            return told
        told += chunk


def ask(port: int, path: str = "/healthz", more: str = "") -> bytes:
    with connected(port) as one:
        header = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n{more}\r\n"
        one.sendall(header.encode())
        return said(one)


def test_r22_a_request_is_answered(port: int) -> None:
    told = ask(port, "/api/search?q=police&limit=1")
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert json.loads(body)["total"] > 0
    assert b"\r\nserver:" not in head.lower()


def test_r22_head_is_answered_without_a_body(port: int) -> None:
    with connected(port) as one:
        one.sendall(b"HEAD /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        head, _, body = said(one).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body == b""


def test_r22_200_half_open_connections_do_not_stop_the_next_request(port: int) -> None:
    with ExitStack() as held:
        for number in range(200):
            one = held.enter_context(connected(port))
            if number % 2:
                one.sendall(b"GET /api/search HTTP/1.1\r\nHost: local")
        begun = time.monotonic()
        assert ask(port).startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - begun < SECONDS + 20


@pytest.mark.parametrize(
    "sent",
    [
        b"G",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc",
    ],
)
def test_r22_a_request_that_does_not_arrive_whole_ends(port: int, sent: bytes) -> None:
    with connected(port) as one:
        begun = time.monotonic()
        one.sendall(sent)
        told = said(one)
        assert time.monotonic() - begun < SECONDS + 20
    assert told.startswith((b"HTTP/1.1 408 ", b"HTTP/1.1 405 "))
    assert b"x-content-type-options: nosniff" in told.lower()


def test_r22_a_client_that_says_nothing_is_closed_without_a_word(port: int) -> None:
    with connected(port) as one:
        assert said(one) == b""


def test_r22_a_request_that_drips_has_no_more_time_than_another(port: int) -> None:
    begun = time.monotonic()
    with connected(port) as one:
        try:
            for byte in b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" * 50:
                one.sendall(bytes([byte]))
                time.sleep(0.02)
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert SECONDS * 0.9 < time.monotonic() - begun < SECONDS + 20


def test_r22_a_body_that_drips_has_no_more_time_either(port: int) -> None:
    begun = time.monotonic()
    with connected(port) as one:
        one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n")
        try:
            for _ in range(2000):
                one.sendall(b"a")
                time.sleep(0.02)
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert SECONDS * 0.9 < time.monotonic() - begun < SECONDS + 20


def test_r22_a_connection_that_is_kept_has_new_time_for_each_request(port: int) -> None:
    asked = f"GET /healthz HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
    with connected(port) as one:
        for _ in range(3):
            one.sendall(asked[:20])
            time.sleep(SECONDS * 0.5)
            one.sendall(asked[20:])
            told = b""
            while not told.endswith(b"}"):
                told += one.recv(65536)
            assert told.startswith(b"HTTP/1.1 200 ")
        one.sendall(asked[:20])
        assert said(one).startswith(b"HTTP/1.1 408 ")


def test_an_answer_does_not_wait_for_the_client_to_acknowledge_its_head() -> None:
    class Connection(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            one = transport.get_extra_info("socket")
            seen.append(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    async def connect_to(bound: socket.socket) -> None:
        async with await asyncio.get_running_loop().create_server(Connection, sock=bound):
            reader, writer = await asyncio.open_connection(*bound.getsockname())
            await reader.read()
            writer.close()
            await writer.wait_closed()

    seen: list[int] = []
    with server.listen("127.0.0.1", 0) as bound:
        asyncio.run(connect_to(bound))
    assert seen
    assert all(seen)


@pytest.mark.parametrize("size", [8_500, 20_000, 2_000_000])
def test_r22_an_oversize_header_is_refused(port: int, size: int) -> None:
    with connected(port) as one:
        try:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * size)
            one.sendall(b"\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was refused before it had all been sent
        told = said(one)
    if size < 100_000:
        assert told.startswith(b"HTTP/1.1 431 ")
        assert b"application/problem+json" in told
    assert ask(port).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "sent", [b"nonsense\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"\x16\x03\x01\x02\x00"]
)
def test_r22_what_is_no_request_is_told_so(port: int, sent: bytes) -> None:
    with connected(port) as one:
        one.sendall(sent + b"\r\n\r\n")
        told = said(one)
    assert told.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in told
    assert b"content-security-policy" in told.lower()


def test_r22_another_host_is_refused(port: int) -> None:
    with connected(port) as one:
        one.sendall(b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert said(one).startswith(b"HTTP/1.1 421 ")


def test_r22_a_body_nobody_wants_is_not_read_for_ever(port: int) -> None:
    with connected(port) as one:
        one.sendall(
            b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        try:
            for _ in range(1000):
                one.sendall(b"1000\r\n" + b"a" * 4096 + b"\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert b" 413 " in said(one)[:20]
    assert ask(port).startswith(b"HTTP/1.1 200 ")


# The command


@contextmanager
def serving(*words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "searchkit", "serve", "--port", "0", "--workers", "1", *words]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def test_r22_it_says_where_it_listens_and_that_there_is_no_password(small_index: Place) -> None:
    with serving("--index", str(small_index)) as running:
        assert running.stdout is not None
        address = running.stdout.readline()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\n", address)
        assert found, address
        port = int(found[1])
        assert ask(port).startswith(b"HTTP/1.1 200 ")
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=60)
        assert running.returncode == 0
        assert "no password" in errors
        assert errors.splitlines()[-1] == "stopped"
        with pytest.raises(OSError, match="refused"):
            connected(port).__enter__()


def test_r22_it_ends_with_what_is_being_answered_and_leaves_no_worker(small_index: Place) -> None:
    with serving("--index", str(small_index), "--quiet") as running:
        assert running.stdout is not None
        port = int(running.stdout.readline().rpartition(":")[2].rstrip("/\n"))
        with ExitStack() as held:
            for _ in range(5):
                held.enter_context(connected(port)).sendall(b"GET /healthz HTTP/1.1\r\nHo")
            workers = [
                int(child)
                for task in Path(f"/proc/{running.pid}/task").iterdir()
                for child in (task / "children").read_text().split()
            ]
            assert workers
            running.send_signal(signal.SIGTERM)
            _, errors = running.communicate(timeout=60)
    assert (running.returncode, errors) == (0, "")
    for pid in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_port_in_use_is_said_in_a_line(small_index: Place) -> None:
    with server.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with serving("--index", str(small_index), "--port", str(port)) as running:
            out, errors = running.communicate(timeout=60)
    assert (running.returncode, out) == (2, "")
    assert errors.splitlines() == [
        f"error: searchkit serve: port {port} of 127.0.0.1 is in use",
        "       give another:  --port N, or --port 0 for any that is free",
    ]


def test_no_index_is_said_in_a_line(tmp_path: Path) -> None:
    with serving("--index", str(tmp_path / "none")) as running:
        _, errors = running.communicate(timeout=60)
    assert running.returncode == 3
    assert errors.startswith("error: no index in ")


def test_r22_to_listen_to_everybody_is_warned_of(small_index: Place) -> None:
    with serving("--index", str(small_index), "--host", "0.0.0.0") as running:
        assert running.stdout is not None
        port = int(running.stdout.readline().rpartition(":")[2].rstrip("/\n"))
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=60)
    assert port
    assert "there is no password" in errors
    assert "--allow-host" in errors


def test_an_extra_that_is_missing_is_said_in_a_line(
    small_index: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from searchkit.cli import main, serve

    monkeypatch.setattr(serve, "find_spec", lambda name: None if name == "uvicorn" else name)
    assert main(["serve", "--index", str(small_index)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "error: searchkit serve: needs uvicorn",
        "       pip install 'searchkit[web]'",
    ]


class TestBrokenOff:
    """An answer that fails in its middle: who asked can tell, and one line says why."""

    pytestmark = pytest.mark.parametrize("placed", ["folder"], indirect=True)

    @pytest.fixture
    def fail(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
        """Lets tables fail after their first part."""

        def by(error: Exception) -> None:
            async def parts(_service: object, _asked: object, part: dict[str, str]) -> Parts:
                yield part["text"].encode()
                raise error

            monkeypatch.setattr(pages, "_parts", parts)

        return by

    def asked(self, port: int, version: str) -> tuple[bytes, bool]:
        """All that is sent, and whether the connection was reset."""
        with connected(port) as one:
            one.sendall(f"GET /search.csv HTTP/{version}\r\nHost: localhost\r\n\r\n".encode())
            told = b""
            try:
                while not told.endswith(b"\r\n0\r\n\r\n") and (chunk := one.recv(65536)):
                    told += chunk
            except ConnectionResetError:
                return told, True
            return told, False

    @pytest.mark.parametrize("version", ["1.1", "1.0"])
    def test_a_table_that_is_whole_ends_as_one(self, port: int, version: str) -> None:
        told, was_reset = self.asked(port, version)
        assert told.startswith(b"HTTP/1.1 200 ")
        assert not was_reset
        assert told.endswith(b"\r\n0\r\n\r\n") is (version == "1.1")

    def test_a_part_is_not_taken_for_the_whole(
        self, port: int, fail: Callable[[Exception], None]
    ) -> None:
        fail(ClusterDegraded("opensearch://one:9200/news", "a part of it does not answer"))
        told, _ = self.asked(port, "1.1")
        assert told.startswith(b"HTTP/1.1 200 ")
        assert b"\r\nid,title," in told
        assert not told.endswith(b"\r\n0\r\n\r\n")

    def test_nor_where_the_end_of_the_connection_is_that_of_the_answer(
        self, port: int, fail: Callable[[Exception], None]
    ) -> None:
        fail(ClusterDegraded("opensearch://one:9200/news", "a part of it does not answer"))
        _, was_reset = self.asked(port, "1.0")
        assert was_reset

    def test_it_is_logged_in_one_line(
        self,
        port: int,
        fail: Callable[[Exception], None],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        fail(ClusterDegraded("opensearch://one:9200/news", "a part of it does not answer"))
        self.asked(port, "1.1")
        (said,) = [one for one in caplog.records if one.name == "searchkit.web"]
        assert said.getMessage() == (
            "/search.csv was broken off: ClusterDegraded: opensearch://one:9200/news: "
            "a part of it does not answer"
        )
        assert not said.exc_info

    def test_what_nobody_expected_is_logged_with_where_it_came_from(
        self,
        port: int,
        fail: Callable[[Exception], None],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        fail(RuntimeError("the wheel came off"))
        told, _ = self.asked(port, "1.1")
        assert not told.endswith(b"\r\n0\r\n\r\n")
        (said,) = [one for one in caplog.records if one.name == "searchkit.web"]
        assert "RuntimeError: the wheel came off" in said.getMessage()
        assert said.exc_info
