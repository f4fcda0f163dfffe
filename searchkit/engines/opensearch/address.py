"""Where an index on a cluster is: some of its hosts, and the name that the index goes by.

Floor 4.  An address is text that people type, print and put into settings, so it never holds a
password; credentials come another way (``settings.cluster_options``).
Invariant: ``Address.parse(str(address)) == address``.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from ...errors import SettingsError

SCHEME = "opensearch://"
PORT = 9200

_EXAMPLE = f"write it as  {SCHEME}HOST:{PORT}/NAME"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,199}", re.ASCII)
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?", re.ASCII | re.IGNORECASE)


def is_address(place: str) -> bool:
    """Whether ``place`` is meant for an address rather than the path of a folder."""
    return place.startswith(SCHEME)


@dataclass(frozen=True, slots=True)
class Address:
    """``hosts`` of one cluster, each with its port, and the ``name`` of an index there."""

    hosts: tuple[tuple[str, int], ...]
    name: str

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address that ``text`` is: ``opensearch://HOST[:PORT][,HOST[:PORT]...]/NAME``.

        Raises ``SettingsError``, which says what is wrong with another text.
        """
        where, _, name = text.removeprefix(SCHEME).partition("/")
        if not is_address(text):
            raise _wrong(text, "is no address of an index on a cluster", _EXAMPLE)
        if "@" in where:
            shown = f"{SCHEME}...@{where.rpartition('@')[2]}/{name}"
            reason = "has a user or a password in it, which would be printed and kept"
            hint = "set SEARCHKIT_OPENSEARCH_USER and SEARCHKIT_OPENSEARCH_PASSWORD instead"
            raise _wrong(shown, reason, hint)
        hosts = tuple(_host(text, one) for one in where.split(","))
        if not _NAME.fullmatch(name) or name.endswith("."):
            allowed = "lower-case letters, digits, - _ and ., first a letter or digit"
            raise _wrong(text, f"has no index name that a cluster takes ({allowed})", _EXAMPLE)
        return cls(hosts, name)

    def __str__(self) -> str:
        where = ",".join(f"{host}:{port}" for host, port in self.hosts)
        return f"{SCHEME}{where}/{self.name}"

    @property
    def is_local(self) -> bool:
        """Whether every host is this machine, so that nothing crosses a network."""
        return all(_is_loopback(host) for host, _ in self.hosts)


def _host(text: str, part: str) -> tuple[str, int]:
    found = _HOST.fullmatch(part)
    if found is None:
        raise _wrong(text, f"has no host in {part!r}", _EXAMPLE)
    port = int(found[2] or PORT)
    if not 0 < port < 65_536:
        raise _wrong(text, f"has no port in {part!r}", "ports go from 1 to 65535")
    return found[1].lower(), port


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _wrong(text: str, reason: str, hint: str) -> SettingsError:
    return SettingsError(text, reason, hint)
