"""The HTTP API under load, from another process, over loopback.

    python benchmarks/load.py INDEX QUERIES
    python benchmarks/load.py INDEX QUERIES --new            every request another query
    python benchmarks/load.py INDEX QUERIES --write          commits while it is asked
    python benchmarks/load.py INDEX QUERIES --write CORPUS   the whole index built again meanwhile

Starts ``searchkit serve`` and drives it with wrk.  ``--new`` adds a word to leave out, another one
each time, so that nothing that was remembered of earlier queries helps.  ``--write`` works on a
copy of the index.  Memory is what the server and its workers have of their own (``RssAnon``),
after the first quarter of the time and at its end; ``cpu_ms`` is the processor time of each
request, in the server and in its workers, which a busy machine does not change.  Prints one JSON
object; exits with 1 where a request was lost or answered with an error.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

LUA = """
local paths, count, new = %s, 0, %s
local thread_of = 0
function setup(thread) thread:set("id", thread_of); thread_of = thread_of + 1 end
function init(args) math.randomseed(id + 1) end
function request()
  count = count + 1
  local path = paths[math.random(#paths)]
  if new then path = path .. "+-zz" .. id .. "x" .. count end
  return wrk.format("GET", "%s" .. path)
end
local bad, first = 0, ""
function response(status, headers, body)
  if status ~= 200 then
    bad = bad + 1
    if bad == 1 then io.stderr:write(status .. " " .. body .. "\\n") end
  end
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'RESULT {"requests":%%d,"seconds":%%.3f,"p50":%%.2f,"p95":%%.2f,"p99":%%.2f,"max":%%.2f,' ..
    '"status":%%d,"connect":%%d,"read":%%d,"write":%%d,"timeout":%%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    e.status, e.connect, e.read, e.write, e.timeout))
end
"""


def main() -> int:
    told = _arguments()
    with ExitStack() as held:
        scratch = Path(held.enter_context(tempfile.TemporaryDirectory()))
        place = told.index
        if told.write is not None:
            place = scratch / "index"
            shutil.copytree(told.index, place)
        server, address = held.enter_context(_served(place, told))
        script = scratch / "load.lua"
        script.write_text(_script(told))
        if told.warm:
            _wrk(address, script, told, told.warm)
        commits: list[float] = []
        if told.write is not None:
            held.enter_context(_written(place, scratch, told, commits))
        early: dict[str, int] = {}
        looking = threading.Timer(told.seconds / 4, lambda: early.update(_memory(server.pid)))
        looking.start()
        begun = _spent(server.pid)
        measured = _wrk(address, script, told, told.seconds)
        ended = _spent(server.pid)
        looking.join()
        late = _memory(server.pid)
    measured["per_second"] = round(measured["requests"] / measured["seconds"], 1)
    measured["memory_mb"] = {"early": early, "late": late}
    measured["cpu_ms"] = {
        name: round(1000 * (ended[name] - begun[name]) / max(1, measured["requests"]), 2)
        for name in ended
    }
    measured["commits"] = len(commits)
    errors = sum(measured[name] for name in ("status", "connect", "read", "write", "timeout"))
    measured["errors"] = errors
    print(json.dumps(measured))
    return 1 if errors or not measured["requests"] else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--warm", type=int, default=3, help="seconds before, that do not count")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--path", default="/api/search?facet=force&facet=year&q=")
    parser.add_argument("--new", action="store_true")
    parser.add_argument("--write", nargs="?", const="", default=None, metavar="CORPUS")
    return parser.parse_args()


def _script(told: argparse.Namespace) -> str:
    texts = told.queries.read_text("utf-8").splitlines()
    paths = ",".join(f'"{quote_plus(text)}"' for text in texts if text.strip())
    return LUA % ("{" + paths + "}", "true" if told.new else "false", told.path)


@contextmanager
def _served(place: Path, told: argparse.Namespace) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server and its address, once it answers."""
    command = [sys.executable, "-m", "searchkit", "serve", "--quiet", "--port", "0"]
    command += ["--workers", str(told.workers), "--index", str(place)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip().rstrip("/")
        if not address.startswith("http"):
            raise SystemExit("the server did not start")
        yield server, address
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _wrk(address: str, script: Path, told: argparse.Namespace, seconds: int) -> dict[str, Any]:
    command = ["wrk", "-t2", f"-c{told.connections}", f"-d{seconds}s", "--timeout", "10s"]
    done = subprocess.run(
        [*command, "-s", str(script), address],
        stdout=subprocess.PIPE, text=True, check=True, timeout=seconds + 60,
    )  # fmt: skip
    found = re.search(r"^RESULT (.*)$", done.stdout, re.MULTILINE)
    if found is None:
        raise SystemExit(done.stdout)
    measured: dict[str, Any] = json.loads(found.group(1))
    return measured


def _memory(pid: int) -> dict[str, int]:
    """Megabytes of its own that each process of the server has: it first, then its workers."""
    workers = {f"worker{n}": _own(worker) for n, worker in enumerate(_workers(pid))}
    return {"server": _own(pid), **workers}


def _workers(pid: int) -> list[int]:
    """The processes that any thread of ``pid`` started."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sorted(int(one) for t in threads for one in (t / "children").read_text().split())


def _spent(pid: int) -> dict[str, float]:
    """Seconds of processor time of the server and of its workers together."""
    return {"server": _seconds(pid), "workers": sum(map(_seconds, _workers(pid)))}


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _own(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"^RssAnon:\s*(\d+) kB", status, re.MULTILINE)
    assert found is not None
    return int(found.group(1)) // 1024


@contextmanager
def _written(
    place: Path, scratch: Path, told: argparse.Namespace, commits: list[float]
) -> Iterator[None]:
    """A process that commits to the index, one article after the other or all of it at once."""
    stop = threading.Event()
    folder = scratch / "news"
    folder.mkdir()

    def write() -> None:
        while not stop.is_set():
            number = len(commits)
            (folder / "one.md").write_text(f"Headline {number}\n\nThe knife of run {number}.\n")
            command = [sys.executable, "-m", "searchkit", "index", "-q", "--index", str(place)]
            command += ["--full", "--yes", told.write] if told.write else [str(folder)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ)
            commits.append(time.monotonic())
            stop.wait(1)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        yield
    finally:
        stop.set()
        writing.join()


if __name__ == "__main__":
    sys.exit(main())
