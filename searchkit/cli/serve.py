"""``searchkit serve``: the index in a browser and over HTTP, on this machine.

Floor 9.  Invariant: nothing but this machine can connect, unless --host says otherwise; then a
warning says what that means.
"""

from __future__ import annotations

import errno
import ipaddress
from importlib.util import find_spec

import click

from ..errors import SettingsError
from ..index import Index
from .app import Command, common_options
from .asking import synonyms_of
from .exits import Exit
from .run import Run, emit, say

_NEEDED = ("starlette", "uvicorn", "jinja2")


@click.command(
    "serve",
    cls=Command,
    examples=(
        "searchkit serve",
        "searchkit serve --port 8080 --index news",
        "searchkit serve --host 0.0.0.0 --allow-host search.example.org",
    ),
)
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", show_default=True,
              help="The address to listen on.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65_535), default=8000, metavar="N",
              show_default=True, help="The port; 0: any that is free.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 64), metavar="N",
              help="Searching processes.  [default: one a core, two at least]")  # fmt: skip
@click.option("--allow-host", multiple=True, metavar="NAME",
              help="Answer to this name, too; repeat for several.")  # fmt: skip
@common_options
@click.pass_obj
def serve(run: Run, host: str, port: int, workers: int | None, allow_host: tuple[str, ...]) -> int:
    """Serve the index over HTTP: pages for people, an API for programs.

    Read-only, without a password.  Only this machine can connect, unless --host gives another
    address to listen on.  Follows the index when it is brought up to date.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise SettingsError(
            "searchkit serve", f"needs {', '.join(missing)}", "pip install 'searchkit[web]'"
        )
    # None of it is there without the extra.
    from ..web.app import LOCAL_HOSTS, create_app
    from ..web.server import listen
    from ..web.server import run as run_server

    place, synonyms = run.settings.text("index"), synonyms_of(run.settings)
    Index.open(place).close()
    shown = f"[{host}]" if ":" in host else host
    try:
        bound = listen(host, port)
    except OSError as error:
        raise _cannot_listen(error, shown, port) from error
    with bound:
        if not _is_loopback(host):
            _warn(run, host, allow_host)
        app = create_app(
            place,
            workers=workers or _workers(),
            hosts=(*LOCAL_HOSTS, shown, *allow_host),
            synonyms=synonyms,
        )
        address = f"http://{shown}:{bound.getsockname()[1]}/"
        run_server(app, bound, on_ready=lambda: _ready(run, address))
    run.note("stopped")
    return Exit.OK


def _ready(run: Run, address: str) -> None:
    emit(f"{address}\n")
    run.note("no password; press Ctrl-C to stop")


def _workers() -> int:
    import os

    return max(2, os.cpu_count() or 2)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _warn(run: Run, host: str, names: tuple[str, ...]) -> None:
    """Say what it means to listen on more than this machine."""
    say(f"warning: everybody who can reach {host} can read this index; there is no password")
    if not names and host in ("0.0.0.0", "::"):
        say("         it answers to localhost only; to let it answer to a name:  --allow-host NAME")


def _cannot_listen(error: OSError, host: str, port: int) -> SettingsError:
    if error.errno == errno.EADDRINUSE:
        return SettingsError(
            "searchkit serve",
            f"port {port} of {host} is in use",
            "give another:  --port N, or --port 0 for any that is free",
        )
    if error.errno == errno.EACCES:
        return SettingsError(
            "searchkit serve",
            f"port {port} may not be listened on",
            "give one from 1024 on:  --port N",
        )
    return SettingsError(
        "searchkit serve",
        f"cannot listen on {host}:{port}: {error.strerror or error}",
        "give an address of this machine:  --host 127.0.0.1",
    )
