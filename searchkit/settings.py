"""The one table of limits and defaults, and the only reader of the environment.

Floor 0.  A setting comes from the first of: a flag of the command line, an environment variable,
``searchkit.toml`` in the working directory, ``searchkit/config.toml`` in the user's configuration
folder, the default.  Passwords come from the environment alone.
Invariant: every value of ``Settings`` has passed its row of ``SETTINGS`` and knows its origin.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import SettingsError
from .values import (
    Secret,
    Value,
    a_path,
    a_place,
    a_switch,
    number,
    one_of,
    snippet_width,
    some_names,
    some_text,
)


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What a query and its options may ask for, so that none can hurt.  The library can raise them.

    ``value`` is the longest area or date given as an option, and ``address`` the longest id, path
    or URL of an article, in characters; ``seconds`` of wall time and ``memory_bytes`` beyond what
    a process holds already are what one query may take.
    """

    characters: int = 1_000
    terms: int = 64
    word: int = 64
    depth: int = 8
    prefixes: int = 4
    prefix_letters: int = 3
    fuzzies: int = 4
    edits: int = 2
    ranges: int = 4
    expansions: int = 1_024
    page_size: int = 100
    offset: int = 10_000
    slop: int = 50
    synonyms: int = 24
    areas: int = 64
    value: int = 200
    facets: int = 16
    fragments: int = 10
    width: int = 2_000
    address: int = 4_096
    seconds: float = 2.0
    memory_bytes: int = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class IngestLimits:
    """What one source may cost before it is refused (sizes in bytes, times in seconds)."""

    article_bytes: int = 5_000_000
    front_matter_bytes: int = 65_536
    front_matter_depth: int = 16
    folder_depth: int = 32
    seconds: float = 5.0
    memory_bytes: int = 512 * 1024 * 1024
    archive_bytes: int = 20_000_000_000
    archive_members: int = 1_000_000
    compression_ratio: int = 200


QUERY_LIMITS = QueryLimits()
LISTING_LIMITS = QueryLimits(page_size=1_000_000, offset=1_000_000)
"""Those of the command line, where people list all they have of their own."""

INGEST_LIMITS = IngestLimits()

PROJECT_FILE = "searchkit.toml"
"""The settings file looked for in the working directory."""

DEFAULT_ORIGIN = "default"
ENVIRONMENT_ORIGIN = "environment"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row: the ``name`` in settings files, its ``default``, the ``check`` that turns what a
    user wrote into a value or raises ``ValueError``, and a line of ``help``."""

    name: str
    default: Value
    check: Callable[[Any], Value]
    help: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"SEARCHKIT_{self.name.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting("index", "index", a_place, "folder or address of the index"),
    Setting("source", "seeds", some_text, "what a first `searchkit index` reads"),
    Setting("color", "auto", one_of("auto", "always", "never"), "colour: auto, always, never"),
    Setting("limit", 10, number(1, 1_000_000, int), "results on a page"),
    Setting("snippet", "240", snippet_width, "snippet width in characters, or none, or lead"),
    Setting("fragments", 2, number(1, 10, int), "pieces of text that a snippet may join"),
    Setting("facets", (), some_names, "what to count beside every search"),
    Setting("include_undated", False, a_switch, "let articles without a date pass date filters"),
    Setting("synonyms", True, a_switch, "count what words stand for: synonyms, forces, dates"),
    Setting("vocabulary", "", a_path, "your own table of synonyms (YAML or TOML)"),
    Setting("forces", "", a_path, "your own table of forces (searchkit index --full)"),
    Setting("tags", "", a_path, "your own table of tags (searchkit index --full)"),
    Setting(
        "copies",
        "group",
        one_of("group", "all", "only"),
        "one article for its copies (group), all, or only those with copies",
    ),
    Setting(
        "copies_containment",
        0.6,
        number(0.3, 1, float),
        "share of a text that its copies have to hold, when articles are indexed",
    ),
    Setting("include_boilerplate", False, a_switch, "look for words in contact lines, too"),
    Setting(
        "boilerplate_pin", (), some_names, "lines that are boilerplate (searchkit index --full)"
    ),
    Setting("boilerplate_release", (), some_names, "lines that never are (searchkit index --full)"),
    Setting("jobs", 0, number(0, 64, int), "parsing processes; 0: one a core, at most eight"),
    Setting("lock_timeout", 30.0, number(0, 86_400, float), "seconds to wait for another writer"),
    Setting(
        "opensearch_tls",
        "auto",
        one_of("auto", "on", "off"),
        "TLS with a cluster: on, off, or auto: where a host is not this machine",
    ),
    Setting("opensearch_ca", "", a_path, "certificates to trust in place of the system's (file)"),
    Setting("opensearch_shards", 0, number(0, 1_024, int), "shards of an index; 0: by its size"),
    Setting("opensearch_replicas", 1, number(0, 16, int), "copies of each shard beside the first"),
    Setting(
        "opensearch_refresh",
        0,
        number(0, 86_400, int),
        "seconds between refreshes while an index is written; 0: only at the end",
    ),
    Setting("pager", True, a_switch, "page results that are longer than the screen"),
)

_SECRETS = ("opensearch_user", "opensearch_password")
"""What is taken from the environment alone, and is told to nobody."""

_BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What searchkit takes from the process environment besides its settings."""

    working_folder: Path
    config_file: Path
    state_folder: Path
    no_color: bool
    terminal: str
    pager: str
    hyperlinks: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting's value, and where it came from."""

    values: Mapping[str, Value]
    origins: Mapping[str, str]

    def text(self, name: str) -> str:
        return str(self.values[name])

    def whole(self, name: str) -> int:
        value = self.values[name]
        return value if isinstance(value, int) else int(str(value))

    def number(self, name: str) -> float:
        return float(str(self.values[name]))

    def seconds(self, name: str) -> float:
        return float(str(self.values[name]))

    def on(self, name: str) -> bool:
        return self.values[name] is True

    def names(self, name: str) -> tuple[str, ...]:
        value = self.values[name]
        return value if isinstance(value, tuple) else ()

    def override(self, name: str, value: object, origin: str) -> Settings:
        """These settings with ``value`` for ``name``.  Raises ``SettingsError``."""
        return Settings(
            {**self.values, name: _checked(_BY_NAME[name], value, origin)},
            {**self.origins, name: origin},
        )


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """How a cluster is spoken to, and how an index on it is laid out.

    ``tls``       ``on``, ``off``, or ``auto``: where a host is not this machine
    ``ca``        a file of certificates to trust in place of the system's, or ""
    ``user``      and ``password``, both "" where it asks for none
    ``shards``    of the articles, 0 for as many as they need; ``replicas`` copies of each
    ``refresh``   seconds between refreshes of an index that is being written; 0: only at the end
    ``seconds``   that a request may take
    """

    tls: str = "auto"
    ca: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    shards: int = 0
    replicas: int = 1
    refresh: int = 0
    seconds: float = 30.0


def surroundings(variables: Mapping[str, str] | None = None) -> Surroundings:
    """The process environment (or ``variables`` in its place), read once, here."""
    given = os.environ if variables is None else variables
    home = Path(given.get("HOME") or Path.home())
    config = Path(given.get("XDG_CONFIG_HOME") or home / ".config")
    state = Path(given.get("XDG_STATE_HOME") or home / ".local" / "state")
    terminal = given.get("TERM", "")
    return Surroundings(
        working_folder=Path.cwd(),
        config_file=config / "searchkit" / "config.toml",
        state_folder=state / "searchkit",
        no_color=bool(given.get("NO_COLOR")),
        terminal=terminal,
        pager=given.get("PAGER", ""),
        hyperlinks=terminal not in ("", "dumb", "linux") and "TMUX" not in given,
    )


def keep_algebra_single() -> None:
    """Keep numpy's linear algebra, which nothing here uses, from starting a thread a core when
    numpy is imported.  For programs, before that; what the user has set stays."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def load_settings(variables: Mapping[str, str] | None = None) -> Settings:
    """The settings in force before any flag.

    Raises ``SettingsError``, with the file or variable as its origin, for a file that is not
    TOML, a name that is no setting, or a value that makes no sense.
    """
    given = os.environ if variables is None else variables
    where = surroundings(given)
    loaded = Settings(
        {setting.name: setting.default for setting in SETTINGS},
        {setting.name: DEFAULT_ORIGIN for setting in SETTINGS},
    )
    for path in (where.config_file, where.working_folder / PROJECT_FILE):
        for name, value in _file_values(path).items():
            loaded = loaded.override(name, value, str(path))
    for setting in SETTINGS:
        if given.get(setting.variable):
            loaded = loaded.override(
                setting.name, given[setting.variable], f"{ENVIRONMENT_ORIGIN} {setting.variable}"
            )
    return loaded


def cluster_options(variables: Mapping[str, str] | None = None) -> ClusterOptions:
    """How clusters are reached, by the settings in force and, for the password, the environment.

    Raises ``SettingsError`` as ``load_settings`` does, and for a user without a password.
    """
    given = os.environ if variables is None else variables
    loaded = load_settings(given)
    user, password = (given.get(f"SEARCHKIT_{name.upper()}", "") for name in _SECRETS)
    if bool(user) != bool(password):
        reason = "SEARCHKIT_OPENSEARCH_USER and SEARCHKIT_OPENSEARCH_PASSWORD go together"
        raise SettingsError(ENVIRONMENT_ORIGIN, reason, "set both, or neither")
    return ClusterOptions(
        tls=loaded.text("opensearch_tls"),
        ca=loaded.text("opensearch_ca"),
        user=user,
        password=password,
        shards=loaded.whole("opensearch_shards"),
        replicas=loaded.whole("opensearch_replicas"),
        refresh=loaded.whole("opensearch_refresh"),
    )


def _file_values(path: Path) -> dict[str, Any]:
    """The settings that a TOML file gives; none where there is no file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as problem:
        raise SettingsError(str(path), f"cannot be read ({problem})") from problem
    # In the standard library from Python 3.11 on; the same code under another name before.
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        values: dict[str, Any] = toml.loads(text)
    except ValueError as problem:
        raise SettingsError(str(path), f"is not TOML: {problem}") from problem
    for name in values:
        if name in _SECRETS:
            reason = f"{name} may stand in no file, where others can read it"
            raise SettingsError(str(path), reason, f"set SEARCHKIT_{name.upper()} instead")
        if name not in _BY_NAME:
            import difflib

            near = difflib.get_close_matches(name, _BY_NAME, 1)
            hint = f"did you mean {near[0]}?" if near else "see:  searchkit config"
            raise SettingsError(str(path), f"there is no setting {name!r}", hint)
    return values


def _checked(setting: Setting, value: object, origin: str) -> Value:
    try:
        return setting.check(value)
    except Secret as problem:
        hint = "set " + " and ".join(f"SEARCHKIT_{name.upper()}" for name in _SECRETS) + " instead"
        raise SettingsError(origin, f"{setting.name} {problem}", hint) from None
    except ValueError as problem:
        raise SettingsError(origin, f"{setting.name} {problem}, not {value!r}") from problem
