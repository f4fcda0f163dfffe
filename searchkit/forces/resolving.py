"""From what people and web pages call a force to the force.

Floor 1.  Invariant: a name resolves only when it can mean one force; what is close
is suggested, never assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from ..article import ForceMatch
from ..errors import Diagnostic, QueryError, UnknownForce
from .gazetteer import FILLERS, Force, Gazetteer, bare_key, in_force, key

_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/@?#]*@)?([^/:?#]+)(?::\d+)?([^?#]*)", re.I
)
_HAS_HOST = re.compile(r"^\S+\.[a-z]{2,}(?:[:/?#]\S*)?$", re.IGNORECASE)
# The last part of a headline, after a bar or a dash that stands between spaces.
_TITLE_TAIL = re.compile(r".*\s[|–—-]\s+(\S.*)", re.DOTALL)
_WORDS = re.compile(r"[^\W_]+")
_FAR = 99.0


def forces(gazetteer: Gazetteer | None = None) -> tuple[Force, ...]:
    """Every force, in order of area."""
    return (gazetteer or in_force()).forces


def get_force(force_id: str, gazetteer: Gazetteer | None = None) -> Force:
    """The force of this id; raises ``UnknownForce`` (kind ``unknown-force``) for any other text."""
    gazetteer = gazetteer or in_force()
    force = gazetteer.by_id.get(force_id)
    if force is None:
        raise _unknown(force_id, 0, len(force_id), gazetteer)
    return force


def known_force(force_id: str) -> Force | None:
    """The force of this id; none where it stands in no table here, as it may in an index that was
    made with another."""
    return in_force().by_id.get(force_id)


def area_of(force_id: str) -> str:
    """The area of a force; its id, where that is not known; ``no force`` where it is empty."""
    force = known_force(force_id)
    return force.area if force else force_id or "no force"


def resolve_force(text: str, gazetteer: Gazetteer | None = None) -> Force | None:
    """The one force that ``text`` names: an id, an area, a present, former or Welsh name, an
    alias, a host or a URL.  ``None`` for anything else, and for what could mean several."""
    gazetteer = gazetteer or in_force()
    address = _decoded(text.strip())
    if _HAS_HOST.match(address):
        return _by_address(gazetteer, address)
    return _by_name(gazetteer, text)


def require_force(
    text: str, start: int = 0, end: int | None = None, gazetteer: Gazetteer | None = None
) -> Force:
    """Like ``resolve_force``, but raises ``UnknownForce`` with suggestions when nothing is named.

    ``start`` and ``end`` say where ``text`` stands in what the user typed.
    """
    gazetteer = gazetteer or in_force()
    force = resolve_force(text, gazetteer)
    if force is None:
        raise _unknown(text, start, start + len(text) if end is None else end, gazetteer)
    return force


def match_force(
    area: str, url: str, title: str, site_name: str, gazetteer: Gazetteer | None = None
) -> tuple[ForceMatch | None, tuple[str, ...]]:
    """The force that published an article, and remarks on evidence that disagrees.

    Evidence is believed in the order area, host of ``url``, suffix of ``title``,
    ``site_name``; any of them may be empty.
    """
    gazetteer = gazetteer or in_force()
    evidence = (
        ("area", "area", _by_name(gazetteer, area)),
        ("host", "host", _by_address(gazetteer, url)),
        ("title", "title", _by_title(gazetteer, title)),
        ("site-name", "site name", _by_name(gazetteer, site_name)),
    )
    chosen: ForceMatch | None = None
    believed = said = ""
    notes: list[str] = []
    for source, label, force in evidence:
        if force is None:
            if source == "area" and area.strip():
                notes.append(f"area {area.strip()!r} is no known force")
        elif chosen is None:
            chosen = ForceMatch(force.id, force.name, source)
            believed, said = label, force.area
        elif force.id != chosen.id:
            notes.append(f"{believed} says {said}, {label} says {force.area}")
    return chosen, tuple(notes)


def _by_name(gazetteer: Gazetteer, text: str) -> Force | None:
    if not text or text.isspace():
        return None
    known = gazetteer.by_key
    return known.get(text) or known.get(key(text)) or known.get(bare_key(text))


def _by_title(gazetteer: Gazetteer, title: str) -> Force | None:
    """The force whose whole name ends the title; a town or an area alone is not enough."""
    tail = _TITLE_TAIL.match(title.strip())
    return gazetteer.by_suffix.get(key(tail[1])) if tail else None


def _by_address(gazetteer: Gazetteer, url: str) -> Force | None:
    """The force at the host of ``url``, or at the nearest host above it."""
    match = _ADDRESS.match(_decoded(url))
    if match is None:
        return None
    host = match[1].lower().rstrip(".")
    while host:
        for beginning, force in gazetteer.by_address.get(host, ()):
            if match[2].startswith(beginning):
                return force
        host = host.partition(".")[2]
    return None


def _decoded(url: str) -> str:
    """``url`` without percent-encoding when all of it is encoded (``https%3a%2f%2f...``)."""
    return unquote(url) if "%" in url and "://" not in url else url


def suggest_forces(
    text: str, limit: int = 3, gazetteer: Gazetteer | None = None
) -> tuple[Force, ...]:
    """Up to ``limit`` forces that ``text`` may have meant, best first: names that differ by a
    slip or two, that begin with it, or that share a word with it (``london``)."""
    wanted, bare = key(text), bare_key(text)
    words = {word for word in _WORDS.findall(text.casefold()) if len(word) >= 4} - FILLERS
    scored = [
        (min(_nearness(wanted, bare, words, force)), place, force)
        for place, force in enumerate(forces(gazetteer))
    ]
    scored.sort(key=lambda entry: entry[:2])
    return tuple(force for score, _, force in scored[:limit] if score < _FAR)


def _nearness(wanted: str, bare: str, words: set[str], force: Force) -> list[float]:
    """Scores of every way in which ``force`` is near to a text; the lowest is the nearest."""
    scores = [_FAR]
    own = {key(name) for name in force.names} | {bare_key(name) for name in force.stems}
    for name in own:
        for typed in {wanted, bare}:
            scores.extend(_slips(typed, name))
    if words & set(_WORDS.findall(" ".join((*force.stems, *force.former)).casefold())):
        scores.append(2.5)
    if words & set(_WORDS.findall(force.region.casefold())):
        scores.append(2.6)
    return scores


def _slips(typed: str, name: str) -> Iterator[float]:
    """Scores of ``typed`` as a misspelling, a beginning, or a misspelt beginning of ``name``."""
    allowed = 1 if len(typed) <= 5 else 2 if len(typed) <= 9 else 3
    if abs(len(typed) - len(name)) <= allowed:
        steps = _edits(typed, name)
        if steps <= allowed and steps < len(typed) / 2:
            yield float(steps)
    elif len(typed) >= 3 and name.startswith(typed):
        yield 1.5
    elif 6 <= len(typed) < len(name):
        steps = min(_edits(typed, name[: len(typed) + more]) for more in (-1, 0, 1))
        if steps <= 1:
            yield 2.0


def _edits(one: str, two: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours between two short texts
    (optimal string alignment, the restricted Damerau-Levenshtein distance)."""
    before: list[int] = []
    above = list(range(len(two) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(two, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == two[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]


def _unknown(text: str, start: int, end: int, gazetteer: Gazetteer) -> UnknownForce:
    listed = "searchkit forces lists them all"
    near = [f"{force.area} ({force.id})" for force in suggest_forces(text, 3, gazetteer)]
    hint = f"did you mean {_either(near)}?  {listed}" if near else listed
    return UnknownForce(
        [Diagnostic("unknown-force", f"unknown force {text!r}", start, end, hint, fatal=True)]
    )


def _either(names: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def regions() -> tuple[str, ...]:
    """The names of the regions, ``national`` for forces that belong to none."""
    return tuple(dict.fromkeys(in_force().regions.values()))


def forces_in_region(text: str, start: int = 0, end: int | None = None) -> tuple[Force, ...]:
    """The forces of the region ``text`` names in any case or spelling (``north-west``); raises
    ``QueryError`` (kind ``unknown-region``) for no region."""
    region = _place(text, "region", start, end)
    return tuple(force for force in forces() if force.region == region)


def forces_in_nation(text: str, start: int = 0, end: int | None = None) -> tuple[Force, ...]:
    """The forces of the nation ``text`` names, for ``uk`` every force; raises ``QueryError``
    (kind ``unknown-nation``) for no nation."""
    nation = _place(text, "nation", start, end)
    return tuple(force for force in forces() if nation in ("uk", force.nation))


def _place(text: str, kind: str, start: int, end: int | None) -> str:
    """The region or nation that ``text`` names."""
    table = in_force().regions if kind == "region" else in_force().nations
    typed = key(text).removeprefix("the")
    place = table.get(typed)
    if place is not None:
        return place
    near = sorted((_edits(typed, name), name) for name in table)
    close = [table[name] for steps, name in near if steps <= max(1, len(typed) // 4)][:1]
    listed = "one of: " + ", ".join(dict.fromkeys(table.values()))
    hint = f"did you mean {close[0]}?  {listed}" if close else listed
    stop = start + len(text) if end is None else end
    message = f"unknown {kind} {text!r}"
    raise QueryError([Diagnostic(f"unknown-{kind}", message, start, stop, hint, fatal=True)])
