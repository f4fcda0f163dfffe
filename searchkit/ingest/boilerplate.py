"""Lines that belong to the page, not to the story.

Floor 2.  Two tables: *furniture* (buttons, captions of controls, page stamps), which the
reader drops from a body, and *contact lines* (ring 101, Crimestoppers), which stay but
make poor snippets.  A third names the labels forces print above or below a text.
Invariant: a pattern matches whole lines; no line of prose is cut in part.
"""

from __future__ import annotations

import re

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?|" + _MONTH + r")\b[\w ,./:-]{0,40}"

FURNITURE: tuple[str, ...] = (
    # sharing, printing, following
    r"share(?: (?:this|by|on|via|to|with)\b.{0,50})?",
    r"(?:tweet|email|print|like|follow|facebook|twitter|linkedin|whatsapp|pinterest|copy link)"
    r"(?: this(?: page| article| story)?)?",
    r"(?:click|tap) (?:here )?to (?:share|tweet|print|email)\b.{0,60}",
    # links that lost their target
    r"(?:to )?(?:find out|read|see|learn|view|discover) more(?: (?:here|about this|on this))?",
    r"(?:for )?(?:more|further) (?:information|details|info)(?: (?:can be found )?here)?",
    r"(?:please )?(?:click|tap|read|see|watch|visit|apply|follow)(?: the)?(?: link| it)?"
    r" (?:here|below)",
    r"(?:back|return) to (?:the )?(?:top|news|all news|news list|results|previous page|homepage)",
    r"(?:prev|previous|next|first|last|back|close|menu|search|home|skip to .{0,40}|read more)",
    r"(?:next|previous) (?:article|story|page|post|release)",
    r"show (?:more|less|all)",
    # pictures and their controls
    r"view (?:image|gallery|larger(?: image)?|full size|photo)s?",
    r"view \| download \(.{1,30}\)",
    r"download(?:s| image| photo| file)?(?: \(.{1,30}\))?",
    r"(?:select|click)(?: on)?(?: an?| the)? (?:image|photo|picture)s?\b.{0,50}",
    r"(?:image |photo |picture )?gallery",
    r"(?:more )?images? from this story",
    r"_{2,}\d{1,3}",
    r"\[?image(?: \d+)?(?: of \d+)?\]?|\d{1,2} of \d{1,2}",
    r"(?:watch|play)(?: the| this)? video(?: here| below)?",
    r"view all \d{1,3} (?:images|photos|pictures)",
    # page stamps
    r"(?:updated|breaking|new) news post",
    r"(?:last )?(?:modified|updated|reviewed)(?: on| at)?\s*:?\s+(?:at )?" + _DAY,
    r"\d{1,2} " + _MONTH + r" \d{2,4},? \d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[ap]\.?m)?",
    r"author id\s*:?\s*\d+",
    r"release date\s*:\s*" + _DAY,
    r"(?:date )?(?:posted|published)(?: on)?\s*:?\s+"
    + _DAY
    + r"(?: in (?:news stories|local appeals|[a-z ]{3,30}))?",
    r"dated\s*:\s*" + _DAY,
    r"previous release \| .{4,30}",
    r"there (?:is|are) \d+ related updates? to this story",
    r"(?:reading time|time to read)\s*:?.{0,20}",
    r"\d+ (?:views|shares|comments|likes)",
    r"(?:tags|categories|filed under|category|topics)\s*:.{0,80}",
    # signatures of the page's makers
    r"\[email\W?protected\]",
    r"e-?mail\s*[:–-]\s*\[email\W?protected\]",
    r"issued(?: by)?\s*:?\s*[\w .,/&'-]{0,40}corporate communications?"
    r"(?: (?:team|department|unit))?",
    r"-*\s*(?:starts|ends?|end of (?:release|message|statement))\s*-*",
    # forms
    r"your (?:name|email|message|comments|telephone(?: number)?)|send|submit|reset|required",
    r"confirm that this is not an emergency",
    r"(?:was this (?:page|information) (?:useful|helpful)|rate this page)\b.{0,30}",
    r"(?:cookies?|privacy|accessibility)(?: (?:policy|settings|statement))?",
    r"make a report call \d{3} now",
)
"""Whole lines, lower case, without marks or a final stop, that are dropped from a body."""

FURNITURE_WITH: tuple[tuple[str, str], ...] = (
    # names of files
    (
        ".",
        r"[\w ()&.,'–-]{1,90}\.(?:jpe?g|png|gif|pdf|docx?|mp4)(?: ?\(.{1,20}\))?(?: ?download)?",
    ),
    # signatures of the page's makers
    (
        "corporate comm",
        r"(?:[\w ]{1,20}(?: \([\w ]{1,20}\))?:\s*)?[a-z]{2,3}\s*[,/-]\s*corporate communications?",
    ),
)
"""More of ``FURNITURE`` that can begin with any word, and so is slow to try; in front of each, what
every such line holds."""

CONTACT: tuple[tuple[str, str], ...] = (
    ("stoppers", r"\bcrime ?stoppers\b"),
    ("0800", r"\b0800 ?555 ?111\b"),
    (
        "101|999|112|18000|61016",
        r"\b(?:call|calling|called|ring|ringing|phone|dial|dialling|contact|contacting|via|on|using"
        r"|telephone|police on|by)\b[^.]{0,60}\b(?:101|999|112|18000|61016)\b",
    ),
    ("101 ", r"\b101 (?:or|and|quoting|non-emergency)\b"),
    (
        "emergency",
        r"\bnon-emergency (?:number|line)\b|\bin an emergency\b"
        r"|\bemergency[^.]{0,30}\b(?:call|dial|ring|always)\b",
    ),
    ("quot", r"\bquot(?:e|ing)\b[^.]{0,60}\d"),
    (
        " number| no| ref",
        r"\b(?:incident|crime|log|cad|reference|occurrence)(?: reference)? (?:number|no\.?|ref)\b",
    ),
    (
        "anyone|anybody|if you|witnesses|those",
        r"^\W*(?:anyone|anybody|if you|any witnesses|witnesses|those) (?:with|have|has|who|can)\b"
        r"[^.]{0,120}\b(?:contact|call|get in touch|ring|email|report|come forward|speak to)\b",
    ),
    (
        "chat|online",
        r"\b(?:webchat|web chat|live chat|online (?:form|reporting|portal)|single online home)\b",
    ),
    (
        "online|anonymously",
        r"\breport(?:ed|ing)?(?: it| this| information| crime)? (?:online|anonymously)\b",
    ),
    (" us on", r"\b(?:follow|like|find) us on\b"),
    # One character before the sign is enough to tell an address, and keeps the search linear.
    (
        "@",
        r"[\w+-]@[\w-]+(?:\.[\w-]+){1,5}|\bon (?:twitter|facebook|instagram) (?:at )?@",
    ),
    ("sign up ", r"\bsign up (?:to|for)\b[^.]{0,60}\b(?:alerts?|updates|newsletter)\b"),
    ("corporate communication", r"\bcorporate communications?\b"),
    ("media ", r"\bmedia (?:enquiries|team|office)\b"),
    ("editors", r"\bnotes? (?:to|for) editors\b"),
    ("textphone|minicom", r"\b(?:textphone|minicom)\b"),
)
"""Parts of lines, lower case, that tell how to reach the police rather than what happened: what
one of must stand in a line, which is quickly seen, and the pattern."""

LABELS: frozenset[str] = frozenset(
    (
        "appeal|appeals|witness appeal|appeal for information|appeal for witnesses|wanted"
        "|wanted appeal|court result|court results|court case|court|charged|charge|charges"
        "|arrest|arrests|arrested|statement|update|updated|sentenced|sentencing|jailed"
        "|convicted|conviction|guilty|missing|missing person|missing persons|missing people"
        "|missing appeal|found|located|news|news story|news stories|news release"
        "|local appeals|local news|force news|press release|media release|feature|blog"
        "|campaign|campaigns|crime prevention|crime|recruitment|event|events|community"
        "|community news|safer neighbourhood|safer neighbourhoods|traffic|roads|road safety"
        "|good news|awards|warning|advice|cctv appeal|cctv|e-fit|efit|operation|tribute"
        "|inquest|misconduct|identity appeal|public information|information|cold case|results"
        "|belfast|derry city & strabane|armagh city, banbridge & craigavon|fermanagh & omagh"
        "|antrim & newtownabbey|ards & north down|causeway coast & glens|mid & east antrim"
        "|newry, mourne & down|mid ulster|lisburn & castlereagh"
    ).split("|")
)
"""What forces print alone on a line to file a release under."""

_MAX_FURNITURE = 120
_FURNITURE = re.compile("|".join(f"(?:{p})" for p in FURNITURE))
_FURNITURE_WITH = tuple((held, re.compile(p)) for held, p in FURNITURE_WITH)
_CONTACT: dict[str, list[re.Pattern[str]]] = {}  # by sign: the patterns worth trying
for _signs, _pattern in CONTACT:
    for _sign in _signs.split("|"):
        _CONTACT.setdefault(_sign, []).append(re.compile(_pattern))
_FURNITURE_STARTS = frozenset(
    "acc app aut bac bre cat cli clo con coo cop dat dis dow e-m ema end fac fil fin fir fol "
    "for fur gal hom ima iss las lea lik lin mak men mod mor new nex pho pic pin pla ple pos "
    "pre pri pub rat rea rel req res ret rev sea see sel sen sha sho ski sta sub tag tap tim "
    "top twe twi upd vie vis was wat wha you".split()
) | {"to "}
"""How those of ``FURNITURE`` begin that begin with a letter, but for ``there``."""

_FILE = re.compile(r"\.(?:jp|png|gif|pdf|doc|mp4)", re.IGNORECASE)
_PICTURE_CONTROL = re.compile(r"view \| download \(.{1,30}\)", re.IGNORECASE)
_EDGES = " \t*_#>|•·–—-~=:"


def _plain(line: str) -> str:
    return line.strip(_EDGES).rstrip(".!…").replace("’", "'").lower().strip()


def is_furniture(line: str) -> bool:
    """Whether ``line`` belongs to the page around a text and not to the text."""
    if len(line) > _MAX_FURNITURE:
        return False
    if not _may_be_furniture(line):
        return False
    bare = _plain(line)
    if not bare or _FURNITURE.fullmatch(bare):
        return True
    return any(held in bare and form.fullmatch(bare) for held, form in _FURNITURE_WITH)


def _may_be_furniture(line: str) -> bool:
    """A test that next to no line of prose passes, several times faster than the expressions."""
    start = line[:3].lower()
    return (
        not line[:1].isalpha()
        or start in _FURNITURE_STARTS
        or (start == "the" and line[3:5].lower() == "re")
        or (line.find(".", 0, -3) > 0 and _FILE.search(line) is not None)
        or "corporate comm" in line.lower()
    )


def is_contact_line(line: str) -> bool:
    """Whether ``line`` tells how to reach the police: true, useful, and never the story."""
    low = line.lower()
    for sign in filter(low.__contains__, _CONTACT):
        for pattern in _CONTACT[sign]:
            if pattern.search(low):
                return True
    return False


def is_picture_control(line: str) -> bool:
    """Whether ``line`` is a button below a picture, so that the line above is its caption."""
    return "|" in line and _PICTURE_CONTROL.fullmatch(line.strip(_EDGES)) is not None


def is_label(line: str) -> bool:
    """Whether ``line`` is a label a release is filed under (``Appeal``, ``Belfast``)."""
    return len(line) < 50 and _plain(line) in LABELS
