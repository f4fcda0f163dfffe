"""The sentences of an article that answer a query: data, not markup.

Floor 3, above ``fragments``.  A snippet is an exact slice of a field's text, cut at the
borders of sentences where they fit and of clauses or words where they do not.
Invariant: ``text == field_text[start : start + len(text)]``, and every highlight lies in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from . import masks
from .article import Article
from .fragments import TOLERANCE, Choice, Fragment, first_prose, is_prose
from .highlights import FIELDS, Found, clauses_of, highlighter
from .lighting import light
from .packing import ANALYSED_CHARACTERS, Sentences, sentences_of
from .query.everywhere import BOILERPLATE, boilerplate_words
from .query.nodes import Node
from .windows import window

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of an article's text and where the query matched in it.

    ``field`` is the field it comes from, ``start`` its offset in that field's text,
    ``highlights`` are (start, end) pairs within ``text``, in characters.  ``cut_before`` and
    ``cut_after`` tell that the sentence goes on there.
    """

    field: str
    text: str
    start: int
    highlights: tuple[tuple[int, int], ...] = ()
    cut_before: bool = False
    cut_after: bool = False

    def parts(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, each with whether it is highlighted."""
        at = 0
        for start, end in self.highlights:
            if start > at:
                yield self.text[at:start], False
            yield self.text[start:end], True
            at = end
        if at < len(self.text):
            yield self.text[at:], False

    def html(self) -> str:
        """The snippet as HTML: escaped, with ``<mark>`` around what matched."""
        # Terminals need none of it, and its table of entities takes time to import.
        import html

        marked = "".join(
            f"<mark>{html.escape(text)}</mark>" if lit else html.escape(text)
            for text, lit in self.parts()
        )
        return self._with_ellipses(marked)

    def __str__(self) -> str:
        return self._with_ellipses(self.text)

    def _with_ellipses(self, text: str) -> str:
        before = f"{ELLIPSIS} " if self.cut_before else ""
        after = f" {ELLIPSIS}" if self.cut_after else ""
        return f"{before}{text}{after}"


@dataclass(frozen=True, slots=True)
class SnippetOptions:
    """At most ``fragments`` pieces, together about ``width`` characters.  ``mode``: ``"auto"``
    shows where the query matched, ``"lead"`` the standfirst, ``"none"`` nothing."""

    fragments: int = 2
    width: int = 240
    mode: str = "auto"


@dataclass(frozen=True, slots=True)
class Highlighted:
    """What a query matched in one article: the snippets, best first; the word forms that
    matched, most frequent first; and which of title, lead and body they were found in."""

    snippets: tuple[Snippet, ...]
    matched_terms: tuple[str, ...]
    matched_fields: tuple[str, ...]


def highlight(
    article: Article, query: Node, options: SnippetOptions = SnippetOptions()
) -> Highlighted:
    """The pieces of ``article`` that best answer ``query``, and which words of it do."""
    return highlight_all(((article, sentences_of(article.prose)),), query, options)[0]


def highlight_all(
    articles: Sequence[tuple[Article, Sentences]], query: Node, options: SnippetOptions
) -> list[Highlighted]:
    """``highlight`` of each of many articles, given with the sentences of its prose."""
    texts = [(one.title, one.lead, one.prose[:ANALYSED_CHARACTERS]) for one, _ in articles]
    asked = boilerplate_words(query)
    shown = []
    for (article, sentences), (_, lead, body), (finder, found) in zip(
        articles, texts, light(query, texts), strict=True
    ):
        _, in_lead, in_body = found
        if options.mode == "none":
            chosen: tuple[Snippet, ...] = ()
        elif options.mode == "lead" or not (in_body or in_lead):
            chosen = (_lead(lead, body, found, options.width),)
        else:
            chosen = _best(lead, Choice(body, sentences, in_body, finder.worth), found, options)
        snippets = tuple([snippet for snippet in chosen if snippet.text])
        fields = tuple([name for name, spans in zip(FIELDS, found, strict=True) if spans])
        answer = Highlighted(snippets, _frequent_terms(found), fields)
        if asked is not None and not (in_body or in_lead) and options.mode == "auto":
            answer = _in_boilerplate(article, asked, options) or answer
        shown.append(answer)
    return shown


def _in_boilerplate(article: Article, words: Node, options: SnippetOptions) -> Highlighted | None:
    """The pieces of the boilerplate of ``article`` that hold ``words``, which was asked for;
    ``None`` where none does."""
    text = masks.only(article.body, article.boilerplate)[:ANALYSED_CHARACTERS]
    finder = highlighter(words)
    spans = finder.find(text, "body")
    if not spans:
        return None
    choice = Choice(text, sentences_of(text), spans, finder.worth)
    chosen = choice.made(options.fragments, options.width)
    snippets = tuple([_snippet("body", text, candidate) for candidate in chosen])
    in_title = highlighter(words).find(article.title, "title")
    fields = ("title", BOILERPLATE) if in_title else (BOILERPLATE,)
    return Highlighted(snippets, tuple(dict.fromkeys(span.surface for span in spans)), fields)


def places(article: Article, query: Node) -> dict[str, tuple[tuple[int, int], ...]]:
    """Where ``article`` answers ``query``: the (start, end) of each place in its title, lead and
    body, by field; in boilerplate only where ``query`` looks there."""
    asked = boilerplate_words(query)
    ((_, found),) = light(
        query, [(article.title, article.lead, article.prose[:ANALYSED_CHARACTERS])]
    )
    spans = {
        name: {(s.start, s.end) for s in held} for name, held in zip(FIELDS, found, strict=True)
    }
    if asked is not None:
        text = masks.only(article.body, article.boilerplate)[:ANALYSED_CHARACTERS]
        spans["body"] |= {(s.start, s.end) for s in highlighter(asked).find(text, "body")}
    return {name: tuple(sorted(held)) for name, held in spans.items()}


def _frequent_terms(found: Found) -> tuple[str, ...]:
    """The surfaces found, most frequent first.  The lead mostly repeats the body, so it only
    adds words that are found nowhere else."""
    in_title, in_lead, in_body = found
    counts: dict[str, int] = {}
    for _, _, _, surface, _ in chain(in_title, in_body):
        counts[surface] = counts.get(surface, 0) + 1
    for _, _, _, surface, _ in in_lead:
        counts.setdefault(surface, 0)
    if len(counts) < 2:
        return tuple(counts)
    return tuple(sorted(counts, key=counts.__getitem__, reverse=True))


def _best(lead: str, choice: Choice, found: Found, options: SnippetOptions) -> tuple[Snippet, ...]:
    """Fragments of the body, or the lead where that answers more of the query, or as much of it
    in a sentence where the body has but a heading."""
    body, worth = choice.body, choice.worth
    chosen = choice.made(options.fragments, options.width)
    in_body = worth[clauses_of([span for fragment in chosen for span in fragment.spans])]
    in_lead = worth[clauses_of(found[1])]
    heading = bool(chosen) and not (chosen[0].cut_after or is_prose(_text(body, chosen[0])))
    if in_lead > in_body or (in_lead == in_body and heading and is_prose(lead)):
        return (_lead(lead, body, found, options.width),)
    return tuple([_snippet("body", body, candidate) for candidate in chosen])


def _text(body: str, fragment: Fragment) -> str:
    return body[fragment.start : fragment.end]


def _snippet(name: str, text: str, candidate: Fragment) -> Snippet:
    start, end = candidate.start, candidate.end
    highlights = tuple([(s[0] - start, s[1] - start) for s in candidate.spans])
    return Snippet(
        name, text[start:end], start, highlights, candidate.cut_before, candidate.cut_after
    )


def _lead(lead: str, body: str, found: Found, width: int) -> Snippet:
    """The standfirst; of an article without one, the first sentence of its prose."""
    if lead:
        name, text, bounds, in_text = "lead", lead, (0, len(lead)), found[1]
    else:
        name, text, bounds, in_text = "body", body, first_prose(body), found[2]
    spans = tuple([s for s in in_text if bounds[0] <= s.start and s.end <= bounds[1]])
    start, end = bounds
    if end - start > width * TOLERANCE:
        core = (spans[0].start, spans[0].end) if spans else (start, start)
        left, right = window(text, bounds, core, width)
        spans = tuple([s for s in spans if left <= s.start and s.end <= right])
        return _snippet(name, text, Fragment(left, right, spans, left > start, right < end))
    return _snippet(name, text, Fragment(start, end, spans))
