"""The pages: what a request asks, the view of what is answered, and its template.

Floor 8.  A form sends its empty fields too, and dates in parts: such a request is sent on to the
one URL that says the same.  Invariant: a page asks the service, reads no index, and every state
of it is a URL.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ..errors import ArticleNotFound, ClusterProblem, EngineError, IndexProblem, QueryError
from ..guarded.wire import Answer
from ..settings import QUERY_LIMITS
from .api import service_of as _service
from .etags import fresh, tagged, unchanged
from .problems import Problem, json_response, problem_of
from .service import Service
from .templating import STATIC, page
from .views.address import SEARCH, TABLE, TIMELINE, Address, is_written, read
from .views.article import article_view
from .views.faults import Fault, faults_of_days, faults_of_errors
from .views.forces import Overview, forces_view, overview
from .views.plain import about_view, home_view, problem_view, tips_view
from .views.search import FACETS, faulty_view, search_view
from .views.timeline import faulty_timeline, timeline_view

_ID = re.compile(r"[0-9a-f]{6,16}")
_LATEST = 6
_SEE_OTHER = 303
_CSV = "text/csv; charset=utf-8; header=present"


async def home(request: Request) -> Response:
    """The way in: a box, what there is by month, and the latest articles."""
    if request.query_params:
        return RedirectResponse(f"{SEARCH}?{request.url.query}", _SEE_OTHER)
    if fresh(request, _service(request).newest):
        return unchanged(request)
    answer = await _service(request).ask("search", limit=_LATEST, facets=["month", "force"])
    return await _page(request, "home.html", home_view(answer.value), answer)


async def search(request: Request) -> Response:
    """Results, and what narrows them."""
    address = _address(request, SEARCH)
    if isinstance(address, Response):
        return address
    if fresh(request, _service(request).newest):
        return unchanged(request)
    faults = faults_of_days(address)
    if faults or address.offset > QUERY_LIMITS.offset:
        return await _faulty(request, address, faults) if faults else _first(address)
    asked: dict[str, Any] = {
        **address.asking(),
        "limit": address.limit,
        "offset": address.offset,
        "facets": FACETS,
        "copies": address.copies or "group",
        "sort": address.sort or None,
    }
    try:
        answer = await _service(request).ask("search", **asked)
    except QueryError as error:
        errors = problem_of(error).errors
        return await _faulty(request, address, faults_of_errors(address, errors))
    found = answer.value
    if address.page > 1 and not found["hits"]:
        return _first(address)
    view = search_view(address, found, most_offset=QUERY_LIMITS.offset)
    return await _page(request, "search.html", view, answer)


async def timeline(request: Request) -> Response:
    """Counts by period, as a chart and as a table."""
    address = _address(request, TIMELINE)
    if isinstance(address, Response):
        return address
    faults = faults_of_days(address)
    view, answer = faulty_timeline(address, faults), None
    if not faults:
        how = {"by": address.by or "month", "split": address.split, "share": address.share}
        try:
            answer = await _service(request).ask("timeline", **address.asking(), **how)
            view = timeline_view(address, answer.value)
        except QueryError as error:
            errors = problem_of(error).errors
            view = faulty_timeline(address, faults_of_errors(address, errors))
    return await _page(request, "timeline.html", view, answer, 400 if view.faults else 200)


async def article(request: Request) -> Response:
    """One article, with the words of the search that led to it."""
    wanted = request.path_params["id"]
    if not _ID.fullmatch(wanted):
        raise ArticleNotFound(wanted[:40])
    address = read(SEARCH, request.query_params.multi_items())
    try:
        answer = await _service(request).ask("read", wanted=wanted, **address.asking())
    except QueryError:
        # Whatever led here, the article can be read.
        answer = await _service(request).ask("read", wanted=wanted)
    told = answer.value
    if told["article"]["id"] != wanted:
        return RedirectResponse(address.url(f"/articles/{told['article']['id']}"), _SEE_OTHER)
    return await _page(request, "article.html", article_view(address, told), answer)


async def forces(request: Request) -> Response:
    """Whose articles there are."""
    answer = await _service(request).ask("forces")
    return await _page(request, "forces.html", forces_view(answer.value), answer)


async def tips(request: Request) -> Response:
    """How to search."""
    return await _page(request, "tips.html", tips_view())


async def about(request: Request) -> Response:
    """What this archive is, and for whom it works how."""
    return await _page(request, "about.html", about_view())


async def table(request: Request) -> Response:
    """All articles of a search, as comma-separated values, part after part."""
    address = read(SEARCH, request.query_params.multi_items())
    if address.faults:
        return RedirectResponse(f"{SEARCH}?{request.url.query}", _SEE_OTHER)
    asked: dict[str, Any] = {"sort": address.sort or None, "copies": address.copies or "group"}
    asked |= address.asking()
    first = await _service(request).ask_anew("table", **asked)
    name = {"content-disposition": 'attachment; filename="articles.csv"'}
    parts = _parts(_service(request), asked, first.value)
    return StreamingResponse(parts, headers=name, media_type=_CSV)


async def _parts(
    service: Service, asked: Mapping[str, Any], part: Mapping[str, Any]
) -> AsyncIterator[bytes]:
    """The parts of a table, the first of which is known.  Ends in the middle, with an error, where
    the index changes: half of one state and half of another would be neither."""
    generation = part["generation"]
    yield part["text"].encode("utf-8", "replace")
    while part["next"] is not None:
        part = (await service.ask_anew("table", **asked, offset=part["next"])).value
        if part["generation"] != generation:
            raise EngineError("the index has changed while a table was sent")
        yield part["text"].encode("utf-8", "replace")


def error_page(request: Request, problem: Problem) -> Response:
    """The page of a problem, for those who read HTML; its JSON for all others."""
    if "text/html" not in request.headers.get("accept", ""):
        return json_response(problem, request.url.path)
    response = page("problem.html", problem_view(problem), here="")
    response.status_code = problem.status
    response.headers.update(problem.headers)
    return response


ROUTES = [
    Route("/", home),
    Route(SEARCH, search),
    Route(TABLE, table),
    Route(TIMELINE, timeline),
    Route("/articles/{id}", article),
    Route("/forces", forces),
    Route("/tips", tips),
    Route("/about", about),
    Mount("/static", StaticFiles(directory=STATIC)),
]


def _address(request: Request, path: str) -> Address | Response:
    """What is asked, or the way to the URL that asks the same as it should be written."""
    pairs = request.query_params.multi_items()
    address = read(path, pairs)
    if address.faults or is_written(pairs, address):
        return address
    return RedirectResponse(address.but(page=address.page).url(), _SEE_OTHER)


def _first(address: Address) -> Response:
    """The way to the first page, from one that there is not."""
    return RedirectResponse(address.but(page=1).url(), _SEE_OTHER)


async def _faulty(request: Request, address: Address, faults: tuple[Fault, ...]) -> Response:
    return await _page(request, "search.html", faulty_view(address, faults), status=400)


async def _page(
    request: Request, template: str, view: Any, answer: Answer | None = None, status: int = 200
) -> Response:
    """The page of ``view``, which shows ``answer``."""
    holdings = await _overview(request)
    response = page(template, view, here=request.url.path, overview=holdings)
    response.status_code = status
    return tagged(request, answer, response) if answer else response


async def _overview(request: Request) -> Overview | None:
    """The line of what the index holds; none where it cannot be read."""
    try:
        return overview((await _service(request).ask("stats")).value)
    except (IndexProblem, ClusterProblem):
        return None
