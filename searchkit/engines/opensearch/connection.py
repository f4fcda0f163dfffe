"""Speaking to a cluster: one client for all threads, and the wall where its errors become ours.

Floor 4.  The only importer of ``opensearchpy``, which is imported when a cluster is first spoken
to.  A request goes to another host where one cannot be reached.  Where one is silent, only what
changes nothing is sent again, and others are asked first for a while.
Invariant: no error of the client, nor an answer of a part of an index, gets past ``asking``.
"""

from __future__ import annotations

import math
import ssl
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import waiting
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
    from opensearchpy import Transport

_MISSING = "the client of OpenSearch is not installed"
_INSTALL = "install it:  pip install 'searchkit[opensearch]'"
_STARTED = "is it running?  the address is  opensearch://HOST:PORT/NAME"
_CREDENTIALS = "set SEARCHKIT_OPENSEARCH_USER and SEARCHKIT_OPENSEARCH_PASSWORD"
_AGAIN = "nothing is lost: run it again in a moment"
_NODES = "look at  GET _cluster/health, and run it again when all of its nodes are back"
_VERSIONS = "searchkit works with OpenSearch 2"
_ADDRESS = "is it OpenSearch?  the address is  opensearch://HOST:PORT/NAME"
_LOGS = "the logs of its nodes may say more;  searchkit doctor  tells its state"
_TRUST = "set opensearch_ca to the file that vouches for it"
_TLS = "where it is without TLS on purpose, set opensearch_tls to off"
BLOCK = "cluster_block_exception"
_FULL = "are its disks full?  look at  GET _cat/allocation, and run it again"

_CONNECTIONS = 16
"""Connections to each host that are kept open, for as many threads."""

_RETRIES = 3
_QUESTIONS = frozenset({"_search", "_msearch", "_mget", "_count"})
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
        # A shard that was moved to another node: what still reads it on the one before.
        "already_closed",
    )
)
_WENT_AWAY = "a node or a shard went away meanwhile"
_SAID_OF_LOST_NODES = "no node found for id"
"""What a search tells that was about to ask one, as of a point in time; its type says nothing."""


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
            return ClusterDegraded(where, f"{_WENT_AWAY} ({_reason(error)})", _AGAIN)
        if isinstance(error, theirs.NotFoundError):
            return Missing(where, _reason(error))
        if isinstance(error, theirs.ConflictError) or _is_there(error):
            return Conflict(where, _reason(error))
        if isinstance(error, theirs.SSLError):
            if "CERTIFICATE" in str(error):
                return ClusterRefused(where, "its certificate is not trusted", _TRUST)
            return ClusterRefused(where, "it does not speak TLS, or not as we do", _TLS)
        if isinstance(error, theirs.ConnectionTimeout):
            seconds = min(self.options.seconds, waiting.most())
            reason = f"it did not answer within {seconds:g} seconds"
            return ClusterTimeout(where, reason, _AGAIN)
        if isinstance(error, theirs.ConnectionError):
            return ClusterUnreachable(where, "no node answers", _STARTED)
        if isinstance(error, theirs.TransportError) and isinstance(error.status_code, int):
            if getattr(error, "error", "") == BLOCK:
                return self.blocked(error.status_code, _reason(error))
            return self._by_status(error.status_code, _reason(error))
        if isinstance(error, theirs.SerializationError):
            return ClusterUnsupported(
                where, f"what answers is no OpenSearch ({_short(error)})", _ADDRESS
            )
        return ClusterProblem(where, f"it answers what is not understood ({_short(error)})", _LOGS)

    def blocked(self, status: int, said: str) -> ClusterProblem:
        """The error where an index, or the cluster, is not to be written to."""
        kind = Full if status in _BUSY else ClusterRefused
        return kind(str(self.address), f"it lets nothing be written ({said})", _FULL)

    def _by_status(self, status: int, said: str) -> EngineError:
        where = str(self.address)
        if status in _BUSY:
            return ClusterBusy(where, f"it has too much to do ({said})", _AGAIN)
        if status in _CODES_OF_HIDING:
            return ClusterRefused(where, f"it lets us not in ({said})", _CREDENTIALS)
        if status in _AWAY:
            return ClusterDegraded(where, f"a part of it does not answer ({said})", _NODES)
        if status == 413:
            return TooLarge(where, f"a request is larger than it takes ({said})", _LOGS)
        if status == 504:
            return ClusterTimeout(where, f"it was not done in time ({said})", _AGAIN)
        if status < 400:
            return ClusterUnsupported(where, f"what answers is no OpenSearch ({said})", _ADDRESS)
        return ClusterProblem(where, f"it refuses ({status}: {said})", _LOGS)

    def check_version(self) -> str:
        """The version of the cluster.  Raises ``ClusterUnsupported`` for any but OpenSearch 2."""
        try:
            with self.asking() as client:
                told = client.info()
        except Missing:
            told = None
        version = told.get("version") if isinstance(told, Mapping) else None
        if not isinstance(version, Mapping):
            reason = "what answers is no OpenSearch (it tells no version)"
            raise ClusterUnsupported(str(self.address), reason, _ADDRESS)
        number = str(version.get("number", ""))
        if version.get("distribution") != "opensearch":
            reason = (
                f"what answers is no OpenSearch (version {number or 'unknown'} of something else)"
            )
            raise ClusterUnsupported(str(self.address), reason, _VERSIONS)
        if number.partition(".")[0] != "2":
            reason = f"it is OpenSearch {number}"
            raise ClusterUnsupported(str(self.address), reason, _VERSIONS)
        return number

    def check_whole(self, answer: Mapping[str, Any]) -> None:
        """Raises ``ClusterDegraded`` or ``ClusterTimeout`` where ``answer`` is one of some shards,
        or of some time."""
        self.check_done(answer)
        shards = answer.get("_shards", {})
        # A shard that is on no node need not count as one that failed.
        away = shards.get("total", 0) - shards.get("successful", 0)
        if away:
            said = f"{away} of {shards['total']} shards are on no node"
            raise ClusterDegraded(str(self.address), said, _NODES)
        if answer.get("timed_out"):
            raise ClusterTimeout(str(self.address), "it ran out of time", _AGAIN)

    def check_done(self, answer: Mapping[str, Any]) -> None:
        """Raises ``ClusterDegraded`` where one of the copies of shards that are there failed."""
        shards = answer.get("_shards", {})
        if shards.get("failed"):
            failures = shards.get("failures") or [{}]
            reason = failures[0].get("reason", {}).get("reason", "no reason given")
            said = f"{shards['failed']} of {shards['total']} shards failed ({_cut(reason)})"
            raise ClusterDegraded(str(self.address), said, _NODES)

    def check_answer(self, answer: Mapping[str, Any]) -> None:
        """``check_whole`` of one of several answers, which may be an error itself."""
        error = answer.get("error")
        if error is not None:
            said = _cut(str(error.get("reason", error)))
            if _names_a_lost_node(answer):
                raise ClusterDegraded(str(self.address), f"{_WENT_AWAY} ({said})", _AGAIN)
            raise self._by_status(int(answer.get("status", 500)), said)
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


class Full(ClusterBusy):
    """Nothing can be written, and indices be removed alone: the disk of a node is full."""


class TooLarge(ClusterProblem):
    """A request has more bytes than the cluster takes."""


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
            transport_class=_transport(options.seconds),
            retry_on_status=tuple(_AWAY),
            pool_maxsize=_CONNECTIONS,
            http_compress=not address.is_local,
            **arguments,
        )


def _transport(most: float) -> type[Transport]:
    """What carries requests to hosts: one that is silent is left alone for a minute or more, as the
    client does with one that cannot be reached, and one more is asked at once where nothing is
    changed, if there is one that is not left alone.  Where waiting is bounded, a request has what
    is left, up to ``most`` seconds."""
    import opensearchpy as theirs

    class Carrier(theirs.Transport):
        def perform_request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
            more_to_ask = len(self.hosts) > 1 and _only_asks(method, url)
            while True:
                left = waiting.left()
                if left <= 0:
                    raise theirs.ConnectionTimeout("TIMEOUT", "no time is left", None)
                # What is in there is taken out on the way.
                params = {**(more.get("params") or {})}
                if left < math.inf:
                    params["request_timeout"] = min(left, params.get("request_timeout", most))
                given = {**more, "params": params}
                try:
                    with waiting.waits():
                        return super().perform_request(method, url, *args, **given)
                except theirs.ConnectionTimeout as silent:
                    self._leave_alone(silent)
                    others = self.connection_pool.connections
                    if not (more_to_ask and others and waiting.left() > 0):
                        raise
                    more_to_ask = False

        def _leave_alone(self, silent: theirs.ConnectionTimeout) -> None:
            asked = getattr(silent.info, "pool", None)
            for connection in list(self.connection_pool.connections):
                if asked is not None and getattr(connection, "pool", None) is asked:
                    self.mark_dead(connection)

    return Carrier


def _only_asks(method: str, url: str) -> bool:
    """Whether a request changes nothing; a scroll goes on with every request."""
    return method == "GET" or url.rpartition("/")[2] in _QUESTIONS


def _reason(error: Exception) -> str:
    """What the cluster says is wrong."""
    info = getattr(error, "info", None)
    told = info.get("error") if isinstance(info, Mapping) else info
    if isinstance(told, Mapping):
        causes = told.get("root_cause") or [told]
        return _cut(str(causes[0].get("reason") or told.get("reason") or told.get("type")))
    return _cut(str(told or error))


def _names_a_lost_node(told: object) -> bool:
    """Whether what the cluster told of an error is that a node, or a shard on one, went away in the
    middle of it."""
    if isinstance(told, Mapping):
        if told.get("type") in _OF_LOST_NODES:
            return True
        if str(told.get("reason")).lower().startswith(_SAID_OF_LOST_NODES):
            return True
        return any(map(_names_a_lost_node, told.values()))
    return isinstance(told, list) and any(map(_names_a_lost_node, told))


def _is_there(error: Exception) -> bool:
    """Whether something could not be made since there is one of that name."""
    return getattr(error, "error", "") == "resource_already_exists_exception"


def _short(error: Exception) -> str:
    return _cut(str(error) or type(error).__name__)


def _cut(text: str) -> str:
    line = " ".join(text.split()).rstrip(";")
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
