"""Sentences that tell the reader whom to ring, rather than what happened.

Floor 2.  A sentence is a call to make contact when it addresses the reader, asks for something,
and names a way of reaching the police.  What else it tells (a car, a street) is news: then only
its request is marked.  No force and no whole line is known here; what a force repeats is learned.
Invariant: spans are ordered, do not overlap, and each lies within one line.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..sentences import sentences
from .officers import without_officers

_MEANS = ("stoppers", "0800 555", "101", "999", "@", ".police.", "quot", " 01", " number", " ref")
"""What every way of reaching the police holds; numbers stand alone, and of ``_NUMBERED`` ones it
is said what they are of."""

_NUMBERED = (" number", " ref")
_OF_POLICE = tuple("incident crime log cad case reference occurrence emergency ref".split())

_HOW = (
    r"(?:call|contact|ring|phone|telephone|dial|e-?mail|text|message|tweet|report|visit"
    r"|speak (?:to|with)|talk to|get in (?:touch|contact)|come forward|make contact|let us know"
    r"|let (?:police|officers) know|tell (?:us|police|officers)|complete|go (?:to|online)|use"
    r"|submit|send|upload|provide|give|pass|quote|ask for|follow|direct message|dm|do so)\b"
)
_DOING = (
    r"(?:calling|contacting|ringing|phoning|telephoning|dialling|e-?mailing|texting|messaging"
    r"|reporting|visiting|speaking to|getting in (?:touch|contact)|coming forward|completing"
    r"|going to|using|via|on|through|quoting)\b"
)
_REQUEST = re.compile(
    r"(?:asked|urged|encouraged|invited|requested|advised|appealed|reminded|implored)"
    rf" to (?:please |urgently |immediately |either )*{_HOW}"
    r"|(?:should|please|must|can|could|may|always|alternatively,?|or|and|then)"
    rf" (?:(?:also|please|either|instead|still|then|always|anonymously|immediately),? )*{_HOW}"
    r"|(?:should|please|can|may|could)(?: also)? (?:be )?(?:also )?(?:reported|passed|given"
    r"|submitted|made|contacted|reached|provided|left|sent|emailed|directed|uploaded|shared"
    r"|called|found|raised|done)\b"
    r"|to (?:please |instead |immediately )?(?:call|contact|ring|phone|get in (?:touch|contact)"
    r"|come forward|report|e-?mail|speak to|let us know|make contact)\b"
    rf"|(?:ask|urge|request|advise) (?:that )?(?:you|people|anyone|everyone) (?:to )?{_HOW}"
    rf"|by {_DOING}|quot(?:ing|e)\b|, (?:please |either )?{_HOW}"
)
"""What the reader is asked for, but for bare imperatives."""

_IMPERATIVE = re.compile(
    rf"[\W_]*(?:or |and |also |just |simply |again |always |instead |then )?{_HOW}"
    r"(?! (?:of|with|from|by|was|is|has|had|were|came|to(?! us\b| the police\b| police\b)"
    r"|handl|cent|tak|operat|volume|rate|log))"
    r"|[\W_]*(?:(?:or|and|either) )?(?:by )?(?:calling|phoning|ringing|dialling|contacting)"
    r"(?: [\w'&-]+){0,5}? (?:on )?(?:101|999)\b(?! (?:[a-z]+s|was|will|can|may|to|when|if|for)\b)"
)
"""A bare one, or a way on a line of its own; a call handler is none, nor what calling costs."""

_ADDRESSED = re.compile(
    r"[\W_]*(?:to report|for|in an? (?:non-? ?)?emergency|calls|suspicions|concerns|sightings)\b"
    r"|.*\b(?:can|should|may)(?: also)? be (?:also )?(?:reported|made|done|raised|passed"
    r"|contacted)\b"
)
"""What is asked of the reader without a word to him."""

_DIRECT = re.compile(
    r"(?:^[\W_]*(?:if|to report|for|in an? (?:non-? ?)?emergency|should you)\b.*?)"
    r"(?= (?:call|contact|ring|phone|telephone|dial|text|report)\b)"
    r"(?<! to)(?<! you)(?<! we)(?<! who)(?<! i)(?<! they)(?<! people)(?<! public)(?<! not)(?<! a)"
    r"(?<! an)(?<! the)(?<! this)(?<! that)(?<! any)(?<! your)(?<! our)(?<! anyone)(?<!n't)(?<!\d) "
    r"(?P<how>(?:call|contact|ring|phone|telephone|dial|text|report (?:it|this|them|online))\b"
    r"(?: [\w'&-]+){0,7}? (?:on |at |via )?(?:101|999|0800 555|crime ?stoppers)\b)"
)
"""A bare request after its condition or its purpose, straight before a way of making contact."""

_READERS = frozenset(
    "anyone anybody any everyone if you your witnesses please alternatively emergency public media"
    " people those residents drivers motorists information footage details anything contacted"
    " callers reports".split()
)
"""Words of which one stands where a request is made to the reader."""

_GENERIC = frozenset(
    """
    a able about across activity additional advice after all already also alternative
    alternatively always am an and anonymity anonymous anonymously any anybody anyone anything
    appeal appealing appeals are area as ask asked asking asks assist assistance at attack
    available aware be been before believe believed believes both but by call called calling
    calls cam camera cameras can captured case caught cctv cent charity com come comfortable
    completely concern concerned concerns constabulary contact contacted contacting could crime
    crimes crimestoppers current currently d danger dash dashboard dashcam day description
    detail details detective detectives did direct directly dm do does doing don door doorbell
    driver drivers either else email emergency encourage encouraged encourages enquiries enquiry
    evening event everyone evidence feedback feel find first following footage for force forward
    from further get give given gives giving guaranteed had happened has hasn have haven having
    hear heard help helpful her hesitate him his hours how however http https i idea identify
    identity if images immediate immediately important in incident incidents independent
    information inquiries inquiry insignificant into investigate investigating investigation
    investigators is issue issues it its just keen know knowledge knows last leave life like
    line live local location look looking mail make man matter may me media members might mobile
    moments morning motorist motorists must my name near nearby need new next night no non not
    note notice noticed number numbers of off offence offences officer officers on one online
    option or org other our out over part passed passing people per person persons phone photo
    picture pictured please police possible potential power prefer present press private
    progress provide public put quickly quote quoting rather re recent recently recognise
    recognised recognises reference regarding relating relation relevant remain report reported
    reporting reports request resident residents s saw say see seen select service share should
    sightings similar situation small so some someone something soon speak spoken stay still
    stoppers such surrounding suspect suspected suspicions suspicious t talk team tell than that
    the their them then there these they thing think this those time to today told totally touch
    travelling uk under unsure up urge urged urgent urgently urging us use useful using ve
    version via vicinity victim victims video view want wants was way we web website welcome
    were what when where whereabouts which while who whole whom whose will wish wishes wishing
    with without witness witnessed witnesses witnessing woman would www yet you your yourself
    """.split()
)
"""Words that tell nothing of what happened."""

_WORD = re.compile(r"[^\W\d_]+")
_MORE = re.compile(
    r"[,;]? (?:if (?:you|they|anyone)|who|which|regarding|about|in relation to|relating to"
    r"|in connection with|so that|because|as (?:he|she|we|they|it|police|officers)|after)\b"
)
_ANONYMOUS = re.compile(
    r"crime ?stoppers\b.{0,80}\b(?:independent|charity|anonym\w+)\b"
    r"|(?:charity|independent)\b.{0,60}\bcrime ?stoppers\b.{0,60}(?:anonym\w+|0800)"
    r"|(?:calls?|ip address(?:es)?|information|identity|details)\b.{0,60}"
    r"\b(?:never|not|cannot|can't|won't|untraceable|be) (?:be )?(?:trac|record|reveal|identif)\w+"
    r"|(?:stay|remain|be) (?:100 ?(?:%|per ?cent) |completely |totally )?anonymous\b"
    r"|you (?:will|do|won't|don't)\b.{0,12}\b(?:have|need) to\b"
    r".{0,30}\b(?:your name|court|police)\b"
)
"""What is said of an anonymous line."""

_ANONYMOUS_SIGNS = ("anonym", "trac", "stoppers", "your name", " court")
_NEWS = re.compile(r"\breward|£|\bcampaign|\blaunch|\braised\b|\bsaid\b|\bsays\b")
_LABEL = re.compile(
    r"(?:(?:incident|crime|log|cad|case|reference|occurrence|ref)[ /]*)+(?:number|no\.?|ref)?"
    r"\s*[:–-]\s*\S{0,24}|(?:live |web ?)chat\s*[:–-].{0,120}"
    r"|(?:website|web|phone|telephone|tel|e-?mail|facebook|twitter|online|text|contact details"
    r"|how to (?:contact|report)[\w ]{0,20}|contact us|can you help\??)\s*(?:[:–-].{0,160})?"
    r"|\S{1,60}@\S{3,60}\.police\.uk(?:\W.{0,60})?"
)
"""Whole lines that name a way of making contact."""

_BEGINNINGS = (
    "any", "if you", "witness", "alternatively", "please", "you ", "info", "call", "contact",
    "can you", "officers", "police", "detectives", "we ", "do you", "did you", "were you",
    "have you", "or ", "to report", "to contact", "people", "those", '"',
)  # fmt: skip
"""How sentences begin that may be of no use for no other reason than ``_GENERIC`` words."""

_SIGNS = (
    b"stoppers",
    b"101",
    b"999",
    b"@",
    b".police.",
    b"quot",
    b"anonym",
    b"contact",
    b"call ",
    b"get in touch",
    b"come forward",
    b"your name",
    b"be trac",
    b"nce number",
    b"nt number",
)
"""One of these stands in every line that is looked at."""

_LONGEST_LINE = 4_000
_LONGEST_LABEL = 200
Spans = tuple[tuple[int, int], ...]


def contact_spans(text: str) -> Spans:
    """The (start, end) spans of ``text`` that only tell how to make contact."""
    found: list[tuple[int, int]] = []
    # No other letter than that of ASCII is one of the signs' in lower case.
    for start in sorted(_lines(text.encode("ascii", "replace").lower())):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start <= _LONGEST_LINE:
            line = text[start:end]
            for a, b in _of_line(line, folded(line)):
                found.extend(without_officers(text, start + a, start + b))
    return tuple(found)


def _lines(low: bytes) -> set[int]:
    """Where the lines begin that hold one of ``_SIGNS``."""
    starts = set()
    for sign in _SIGNS:
        at = low.find(sign)
        while at >= 0:
            starts.add(low.rfind(b"\n", 0, at) + 1)
            following = low.find(b"\n", at)
            at = low.find(sign, following) if following >= 0 else -1
    return starts


def folded(text: str) -> str:
    """``text`` in lower case with plain quotes, as long as before."""
    low = text.lower()
    if len(low) != len(text):  # a letter that is two in lower case
        low = "".join([c.lower() if len(c.lower()) == 1 else c for c in text])
    if low.isascii():
        return low
    return low.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')


def _of_line(line: str, low: str) -> Spans:
    """The spans of one line; neighbours are one span."""
    found: list[tuple[int, int]] = []
    if len(line) < _LONGEST_LABEL and _LABEL.fullmatch(low):
        return ((0, len(line)),)
    for start, end in sentences(line):
        part = _part(low[start:end])
        if part is None:
            continue
        a, b = start + part[0], start + part[1]
        if found and not line[found[-1][1] : a].strip():
            found[-1] = found[-1][0], b
        else:
            found.append((a, b))
    return tuple(found)


@lru_cache(maxsize=8_192)
def _part(sentence: str) -> tuple[int, int] | None:
    """The part of a folded sentence that calls for contact; ``None`` where none does."""
    means = _last_means(sentence)
    if means >= 0:
        part = _requested(sentence, means)
        if part is not None:
            return part
    elif sentence.startswith(_BEGINNINGS) and is_generic(sentence) and _is_request(sentence):
        return 0, len(sentence)
    return (0, len(sentence)) if _is_of_anonymity(sentence) else None


def _is_of_anonymity(sentence: str) -> bool:
    """Whether ``sentence`` tells that nobody will know who called."""
    if not any(map(sentence.__contains__, _ANONYMOUS_SIGNS)):
        return False
    return bool(_ANONYMOUS.search(sentence)) and not _NEWS.search(sentence)


def _is_request(sentence: str) -> bool:
    return bool(_IMPERATIVE.match(sentence) or _request(sentence, len(sentence)))


def _requested(sentence: str, means: int) -> tuple[int, int] | None:
    """How much of ``sentence``, whose last way of making contact stands at ``means``, belongs to a
    request: all of it where nothing else is told."""
    request, group = _IMPERATIVE.match(sentence), 0
    words = _WORD.findall(sentence)
    if request is None and (not _READERS.isdisjoint(words) or _ADDRESSED.match(sentence)):
        request = _request(sentence, means)
    if request is None:
        request, group = _DIRECT.match(sentence), 1
    if request is None:
        return None
    start, end = request.start(group), len(sentence)
    head = list(_WORD.finditer(sentence, 0, start))
    for word in reversed(head):
        if word.group() not in _GENERIC:
            break
        if word.group() in _READERS or word is head[0]:
            start = word.start()
    start = 0 if head and start == head[0].start() else start
    more = _MORE.search(sentence, max(request.end(), means))
    if more and "anonym" not in sentence[more.start() :] and not is_generic(sentence[more.end() :]):
        end = more.start()
    return start, end


def _last_means(sentence: str) -> int:
    """Where the last way of making contact begins, or -1."""
    last = -1
    for sign in _MEANS:
        at = sentence.rfind(sign)
        if at > last and _is_means(sentence, sign, at):
            last = at
    return last


def _is_means(sentence: str, sign: str, at: int) -> bool:
    """Whether ``sign`` at ``at`` is what it looks like."""
    if sign in _NUMBERED:
        return sentence.endswith(_OF_POLICE, 0, at)
    if sign == "quot":
        return any(map(str.isdigit, sentence[at:]))
    if sign.isdigit():
        after = sentence[at + len(sign) : at + len(sign) + 1]
        return not (after.isalnum() or sentence[at - 1 : at].isalnum())
    return True


def _request(sentence: str, means: int) -> re.Match[str] | None:
    """The first request that begins no later than ``means``."""
    for match in _REQUEST.finditer(sentence):
        if match.start() > means:
            return None
        if _begins_word(match):
            return match
    return None


def _begins_word(match: re.Match[str]) -> bool:
    """Whether ``match`` begins outside a word: no pattern says so itself, since one that begins
    with ``\\b`` is tried at every letter."""
    at, text = match.start(), match.string
    return at == 0 or not (text[at].isalnum() and text[at - 1].isalnum())


def is_generic(text: str) -> bool:
    """Whether folded ``text`` has nothing but words that tell nothing of what happened."""
    return _GENERIC.issuperset(_WORD.findall(text))
