"""Speaking to a cluster: one client for all threads, and the wall where its errors become ours.

Floor 4.  The only importer of ``opensearchpy``, which is imported when a cluster is first spoken
to.  A request goes to another host where one does not answer; it is not sent again where it may
have been done already.  Invariant: no error of the client, nor an answer of a part of an index,
gets past ``asking``.
"""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import (
    ClusterBusy,
    ClusterDegraded,
    ClusterProblem,
    ClusterRefused,
    ClusterTimeout,
    ClusterUnreachable,
    ClusterUnsupported,
    EngineError,
    SearchkitError,
    SettingsError,
)
from ...settings import ClusterOptions, cluster_options
from .address import Address

if TYPE_CHECKING:
    from opensearchpy import OpenSearch as OpenSearch

_MISSING = "the client of OpenSearch is not installed"
_INSTALL = "install it:  pip install 'searchkit[opensearch]'"
_STARTED = "is it running?  the address is  opensearch://HOST:PORT/NAME"
_CREDENTIALS = "set SEARCHKIT_OPENSEARCH_USER and SEARCHKIT_OPENSEARCH_PASSWORD"
_AGAIN = "nothing is lost: run it again in a moment"
_NODES = "look at  GET _cluster/health, and run it again when all of its nodes are back"
_VERSIONS = "searchkit works with OpenSearch 2"

_CONNECTIONS = 16
"""Connections to each host that are kept open, for as many threads."""

_RETRIES = 3
_BUSY = frozenset({429})
_AWAY = frozenset({502, 503})
_CODES_OF_HIDING = frozenset({401, 403})
_SHOWN = 300
_OF_LOST_NODES = frozenset(
    f"{what}_exception"
    for what in (
        "node_disconnected",
        "node_not_connected",
        "node_closed",
        "connect_transport",
        "search_context_missing",
    )
)


class Cluster:
    """A cluster that is spoken to; safe to share between threads.

    Nothing is sent before the first request.  Raises ``EngineError`` where the client is not
    installed.
    """

    def __init__(self, address: Address, options: ClusterOptions | None = None) -> None:
        self.address = address
        self.options = cluster_options() if options is None else options
        self.client = _client(address, self.options)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    @contextmanager
    def asking(self) -> Iterator[OpenSearch]:
        """Around every request: gives the client, and translates what it raises.

        Raises the subclasses of ``ClusterProblem``; ``opensearchpy.NotFoundError`` becomes
        ``Missing`` and a conflict ``Conflict``, which callers have to expect or not.
        """
        import opensearchpy as theirs

        try:
            yield self.client
        except SearchkitError:
            raise
        except theirs.OpenSearchException as error:
            raise self._problem(error) from error

    def _problem(self, error: Exception) -> EngineError:
        import opensearchpy as theirs

        where = str(self.address)
        if _names_a_lost_node(getattr(error, "info", None)):
            return ClusterDegraded(where, f"a node was lost meanwhile ({_reason(error)})", _AGAIN)
        if isinstance(error, theirs.NotFoundError):
            return Missing(where, _reason(error))
        if isinstance(error, theirs.ConflictError) or _is_there(error):
            return Conflict(where, _reason(error))
        if isinstance(error, theirs.SSLError):
            reason = "its certificate is not trusted" if "CERTIFICATE" in str(error) else _NO_TLS
            return ClusterRefused(
                where, reason, "set opensearch_ca to the file that vouches for it"
            )
        if isinstance(error, theirs.ConnectionTimeout):
            reason = f"it did not answer within {self.options.seconds:g} seconds"
            return ClusterTimeout(where, reason, _AGAIN)
        if isinstance(error, theirs.ConnectionError):
            return ClusterUnreachable(where, "no node answers", _STARTED)
        if isinstance(error, theirs.TransportError) and isinstance(error.status_code, int):
            return self._by_status(error.status_code, error)
        return ClusterProblem(where, f"it answers what is not understood ({_short(error)})")

    def _by_status(self, status: int, error: Exception) -> EngineError:
        where, said = str(self.address), _reason(error)
        if status in _BUSY:
            return ClusterBusy(where, f"it has too much to do ({said})", _AGAIN)
        if status in _CODES_OF_HIDING:
            return ClusterRefused(where, f"it lets us not in ({said})", _CREDENTIALS)
        if status in _AWAY:
            return ClusterDegraded(where, f"a part of it does not answer ({said})", _NODES)
        if status == 413:
            return TooLarge(where, f"a request is larger than it takes ({said})")
        if status == 504:
            return ClusterTimeout(where, f"it was not done in time ({said})", _AGAIN)
        return ClusterProblem(where, f"it refuses ({status}: {said})")

    def check_version(self) -> str:
        """The version of the cluster.  Raises ``ClusterUnsupported`` for any but OpenSearch 2."""
        with self.asking() as client:
            version = client.info().get("version", {})
        number = str(version.get("number", ""))
        if version.get("distribution") != "opensearch":
            said = f"version {number} of something else" if number else "no version"
            raise ClusterUnsupported(str(self.address), f"it is no OpenSearch ({said})", _VERSIONS)
        if number.partition(".")[0] != "2":
            reason = f"it is OpenSearch {number}"
            raise ClusterUnsupported(str(self.address), reason, _VERSIONS)
        return number

    def check_whole(self, answer: Mapping[str, Any]) -> None:
        """Raises ``ClusterDegraded`` or ``ClusterTimeout`` where ``answer`` is one of some shards,
        or of some time."""
        shards = answer.get("_shards", {})
        if shards.get("failed"):
            failures = shards.get("failures") or [{}]
            reason = failures[0].get("reason", {}).get("reason", "no reason given")
            said = f"{shards['failed']} of {shards['total']} shards failed ({_cut(reason)})"
            raise ClusterDegraded(str(self.address), said, _NODES)
        if answer.get("timed_out"):
            raise ClusterTimeout(str(self.address), "it ran out of time", _AGAIN)

    def check_answer(self, answer: Mapping[str, Any]) -> None:
        """``check_whole`` of one of several answers, which may be an error itself."""
        error = answer.get("error")
        if error is not None:
            said = _cut(str(error.get("reason", error)))
            if _names_a_lost_node(answer):
                reason = f"a node was lost meanwhile ({said})"
                raise ClusterDegraded(str(self.address), reason, _AGAIN)
            raise self._by_status(int(answer.get("status", 500)), EngineError(said))
        self.check_whole(answer)

    def check_document(self, answer: Mapping[str, Any]) -> None:
        """Raises ``ClusterDegraded`` where a document could not be looked for."""
        error = answer.get("error")
        if error is not None:
            reason = f"a document could not be read ({_cut(str(error.get('reason', error)))})"
            raise ClusterDegraded(str(self.address), reason, _NODES)


class Missing(ClusterProblem):
    """An index or a document that was asked for is not there."""


class Conflict(ClusterProblem):
    """A document was written by somebody else meanwhile, or an index is there already."""


class TooLarge(ClusterProblem):
    """A request has more bytes than the cluster takes."""


_NO_TLS = "it does not speak TLS, or not as we do"


def _client(address: Address, options: ClusterOptions) -> OpenSearch:
    try:
        from opensearchpy import OpenSearch
    except ImportError as error:
        missing = EngineError(f"{address}: {_MISSING}")
        missing.hint = _INSTALL
        raise missing from error
    secure = options.tls == "on" or (options.tls == "auto" and not address.is_local)
    if options.ca and not Path(options.ca).is_file():
        raise SettingsError("opensearch_ca", f"there is no file {options.ca}")
    arguments: dict[str, Any] = {}
    if secure:
        try:
            arguments["ssl_context"] = ssl.create_default_context(cafile=options.ca or None)
        except (ssl.SSLError, OSError) as error:
            raise SettingsError("opensearch_ca", f"{options.ca} has no certificates") from error
    if options.user:
        arguments["http_auth"] = (options.user, options.password)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return OpenSearch(
            hosts=[{"host": host.strip("[]"), "port": port} for host, port in address.hosts],
            use_ssl=secure,
            timeout=options.seconds,
            max_retries=max(_RETRIES, len(address.hosts)),
            retry_on_status=tuple(_AWAY),
            pool_maxsize=_CONNECTIONS,
            http_compress=not address.is_local,
            **arguments,
        )


def _reason(error: Exception) -> str:
    """What the cluster says is wrong."""
    info = getattr(error, "info", None)
    told = info.get("error") if isinstance(info, Mapping) else None
    if isinstance(told, Mapping):
        causes = told.get("root_cause") or [told]
        return _cut(str(causes[0].get("reason") or told.get("reason") or told.get("type")))
    return _cut(str(told or error))


def _names_a_lost_node(told: object) -> bool:
    """Whether what the cluster told of an error is that a node went away in the middle of it."""
    if isinstance(told, Mapping):
        return told.get("type") in _OF_LOST_NODES or any(map(_names_a_lost_node, told.values()))
    return isinstance(told, list) and any(map(_names_a_lost_node, told))


def _is_there(error: Exception) -> bool:
    """Whether something could not be made since there is one of that name."""
    return getattr(error, "error", "") == "resource_already_exists_exception"


def _short(error: Exception) -> str:
    return _cut(str(error) or type(error).__name__)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
