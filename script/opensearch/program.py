"""What a node is made of: Java, OpenSearch's jars, the compiled ``Node``, and ports to listen on.

The jars are fetched with Maven once for each content of pom.xml and Node.java, into the cache of
the user; nothing is fetched when they are there.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MISSING = 3
# From the HTTP port of a node to its transport port.
TRANSPORT = 1000
_INSTALL = "install Java 17 or later and Maven (Debian: openjdk-17-jdk-headless maven)"


class Problem(Exception):
    """What cannot be done: one line, the exit code (``MISSING``: something is not installed), and
    the end of a log where there is one."""

    def __init__(self, said: str, code: int = 1, log: Path | None = None) -> None:
        super().__init__(said)
        self.code = code
        self.tail = log.read_text(errors="replace").splitlines()[-20:] if log else []


def tool(name: str) -> str:
    """The path of a program of the Java development kit, that of ``JAVA_HOME`` first."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which(name, path=f"{home}/bin") if home else None
    found = found or shutil.which(name)
    if not found:
        raise Problem(f"no {name} found: {_INSTALL}", MISSING)
    return found


def prepared() -> Path:
    """The folder with OpenSearch's jars and the compiled node, made on first use: one for each
    content of pom.xml and Node.java."""
    said = subprocess.run([tool("java"), "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(\d+)', said.stderr)
    if not version or int(version[1]) < 17:
        raise Problem(f"this Java is too old: {_INSTALL}", MISSING)
    sources = (HERE / "pom.xml").read_bytes() + (HERE / "Node.java").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "searchkit"
    program = cache / f"opensearch-{hashlib.sha256(sources).hexdigest()[:12]}"
    if program.is_dir():
        return program
    maven, compiler = tool("mvn"), tool("javac")
    print("Fetching OpenSearch with Maven, once ...", file=sys.stderr)
    draft = program.with_name(f"{program.name}.{os.getpid()}")
    fetch = [maven, "--batch-mode", "--strict-checksums", "--file", str(HERE / "pom.xml")]
    fetch += ["dependency:copy-dependencies", f"-DoutputDirectory={draft}/jars"]
    compile_ = [compiler, "-cp", f"{draft}/jars/*", "-d", f"{draft}/classes"]
    for step in (fetch, [*compile_, str(HERE / "Node.java")]):
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            problem = Problem(f"{Path(step[0]).name} could not make OpenSearch ready", MISSING)
            problem.tail = (done.stdout + done.stderr).splitlines()[-20:]
            shutil.rmtree(draft, ignore_errors=True)
            raise problem
    try:
        draft.rename(program)
    except OSError:
        # Another start was quicker; what it made is the same.
        shutil.rmtree(draft)
    return program


def free(port: int) -> bool:
    with socket.socket() as probe:
        # As the node itself does: a port is free although closed connections still linger on it.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _ports(first: int, nodes: int) -> list[int]:
    return [port + more for port in range(first, first + nodes) for more in (0, TRANSPORT)]


def chosen(port: int, nodes: int) -> int:
    """``port`` if it and its neighbours are free; for 0 such a port, below those the system gives
    to outgoing connections."""
    if port:
        taken = [one for one in _ports(port, nodes) if not free(one)]
        if taken:
            raise Problem(f"port {taken[0]} is in use: choose another first port with --port")
        return port
    start = os.getpid() % 900
    for step in range(900):
        first = 12_000 + (start + step) % 900 * 10
        if all(map(free, _ports(first, nodes))):
            return first
    raise Problem("no free ports found on 127.0.0.1")
