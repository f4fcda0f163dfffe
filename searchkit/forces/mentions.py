"""Other forces that a text names.

Floor 1.  Only forms that cannot mean a place are looked for: ``Kent Police`` and ``GMP``,
never ``Kent``.  Invariant: the result never holds the force of the article itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from .gazetteer import Force, Gazetteer, in_force

_KIND = r" (?:Police|police|Constabulary|constabulary|Constabularies|constabularies)"
# A commissioner, a federation or an authority of that name is not the force.
_OTHER_BODY = (
    r"(?!(?:'s|’s)?,? (?:[Ff]ire,? )?(?:(?:[Aa]nd|&) (?:[Ff]ire (?:and |& ))?[Cc]rime"
    r"|[Ff]ederation|[Aa]uthority|Office\b))"
)
_LONGEST_LIST = 120
"""Characters before a name in which other members of one list are looked for."""


class _Prose:
    """The compiled patterns of one gazetteer, and the force behind each form they find."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        forces = gazetteer.forces
        self.stems = {form: f.id for f in forces for form in _spellings(_stems(f))}
        whole = {form: f.id for f in forces for form in _spellings(_whole(f))}
        self.ids = {**self.stems, **whole}
        # What stands before the first capital, by the number of the group that matched.
        self.prefixes = [""]
        # Each branch begins with a letter of its own: the search then skips to those letters.
        starts = sorted({_split(form)[1][0] for form in self.ids})
        branches = [f"{a}(?:{self._branch(a, whole)})" for a in starts]
        self.form = re.compile(rf"(?:{'|'.join(branches)})(?![\w-]){_OTHER_BODY}")
        stem = "|".join(map(re.escape, _longest_first(self.stems)))
        self.stem = re.compile(stem)
        self.list_before = re.compile(rf"(?<![\w-])(?:(?:{stem}), )*(?:{stem}),? (?:and|&) $")
        self.kind = re.compile(rf"{_KIND}$")

    def _branch(self, letter: str, whole: Iterable[str]) -> str:
        """What stands around ``letter`` in the forms whose first capital it is (``the Met``): a
        branch that began with a small letter would be tried at every word."""
        branches = []
        for prefix in _longest_first({_split(form)[0] for form in self.ids}):
            start = prefix + letter
            rests = f"{_rest(whole, start)}|{_rest(self.stems, start)}{_KIND}"
            if not prefix:
                branches.append(rf"(?<![\w-]{letter})(?:{rests})")
            elif any(form.startswith(start) for form in self.ids):
                before = re.escape(start)
                branches.append(rf"(?<={before})(?<![\w-]{before})(?:{rests})()")
                self.prefixes.append(prefix)
        return "|".join(branches)


def _stems(force: Force) -> tuple[str, ...]:
    """Short names that stand before ``Police`` in running text (not ``Scotland Police``)."""
    return force.stems if force.name.startswith(force.area) else ()


def _whole(force: Force) -> tuple[str, ...]:
    return (force.name, *force.former, *force.welsh, *force.written)


def _spellings(forms: Iterable[str]) -> set[str]:
    """``forms`` with ``&`` for ``and`` and a space for a hyphen as well."""
    found = set(forms)
    found |= {form.replace(" and ", " & ") for form in found}
    return found | {form.replace("-", " ") for form in found}


def _longest_first(forms: Iterable[str]) -> list[str]:
    return sorted(forms, key=lambda form: (-len(form), form))


def _split(form: str) -> tuple[str, str]:
    """``form`` before its first capital letter, and from there on; whole if it has none."""
    at = next((at for at, char in enumerate(form) if char.isupper()), 0)
    return form[:at], form[at:]


def _rest(forms: Iterable[str], start: str) -> str:
    """Alternatives for what follows ``start`` in ``forms``; never matches if there is none."""
    found = [form for form in _longest_first(forms) if form.startswith(start)]
    rests = [re.escape(form[len(start) :]) for form in found]
    return f"(?:{'|'.join(rests)})" if rests else r"(?!)"


@lru_cache(maxsize=4)
def _prose(gazetteer: Gazetteer) -> _Prose:
    return _Prose(gazetteer)


def mentions(text: str, own_id: str, gazetteer: Gazetteer | None = None) -> tuple[str, ...]:
    """Ids of the forces other than ``own_id`` that ``text`` names, in order of appearance.

    A list before a name counts whole: ``Norfolk and Suffolk Constabularies`` names two.
    """
    prose = _prose(gazetteer or in_force())
    found: dict[str, None] = {}
    for match in prose.form.finditer(text):
        prefix = prose.prefixes[match.lastindex or 0]
        form = prefix + match.group()
        force_id = prose.ids.get(form)
        if force_id is None:
            force_id = prose.ids[prose.kind.sub("", form)]
            start = match.start() - len(prefix)
            before = prose.list_before.search(text, max(0, start - _LONGEST_LIST), start)
            if before:
                found.update(dict.fromkeys(prose.stems[s] for s in prose.stem.findall(before[0])))
        found[force_id] = None
    found.pop(own_id, None)
    return tuple(found)
