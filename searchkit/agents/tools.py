"""The tools: search, fetch, facets, timeline, forces, by the official SDK.

Floor 8.  Questions are answered in processes that are killed when they take too much
(``guarded``).  Invariant: what goes wrong is told to the agent in a sentence that says what to do
next; no path and no traceback is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal, TypeAlias

from anyio.to_thread import run_sync
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from .. import __version__
from ..errors import (
    ArticleNotFound,
    ClusterProblem,
    ClusterTimeout,
    IndexProblem,
    QueryError,
    SearchkitError,
)
from ..fields import FACETS
from ..guarded import SearchWorkers
from . import answers

INSTRUCTIONS = (
    "Press releases of British police forces. Search first, then fetch what you quote. Cite the "
    "title, the force, the date with its precision, and the url of every release you use. Counts "
    "are exact and of releases in this index, not of crimes. " + answers.NOTICE
)

_READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)

Query = Annotated[
    str,
    Field(
        max_length=1000,
        description='Words, all needed; "a phrase", -word, OR, word*, title:word; empty: all',
    ),
]
Names: TypeAlias = tuple[str, ...]

Forces = Annotated[
    Names,
    Field(
        max_length=64, description="Only these police forces: ids or names, as forces lists them"
    ),
]
Types = Annotated[
    Names, Field(max_length=64, description="Only these kinds of crime, such as burglary")
]
Stages = Annotated[
    Names,
    Field(max_length=64, description="Only these stages of a case, such as appeal or sentenced"),
]
Since = Annotated[str, Field(max_length=200, description="From: 2020, aug-2020 or 2020-08-21")]
Until = Annotated[str, Field(max_length=200, description="To the end of: 2020, aug-2020")]


class Tools:
    """What agents can ask of one index.  Every method is a tool."""

    def __init__(self, workers: SearchWorkers) -> None:
        self._workers = workers

    async def search(
        self,
        query: Query,
        forces: Forces = (),
        since: Since = "",
        until: Until = "",
        types: Types = (),
        stages: Stages = (),
        sort: Literal["relevance", "newest", "oldest"] = "relevance",
        limit: Annotated[int, Field(ge=1, le=answers.MOST_HITS)] = 10,
        cursor: Annotated[
            str, Field(max_length=80, description="next_cursor of the page before")
        ] = "",
    ) -> dict[str, Any]:
        """Find press releases: ranked, each with quotes and where they stand in its text."""
        offset, seen = self._start(cursor)
        asked = _asked(query, forces, types, stages, since, until)
        showing = {
            "sort": sort if query.strip() or sort != "relevance" else None,
            "limit": limit,
            "offset": offset,
            "width": answers.SNIPPET,
            "fragments": answers.FRAGMENTS,
        }
        return answers.results(await self._ask("search", {**asked, **showing}), seen)

    async def fetch(
        self,
        id: Annotated[str, Field(max_length=4096, description="An id of search, or a URL")],
        max_chars: Annotated[int, Field(ge=1, le=answers.BUDGET)] = 8_000,
        offset: Annotated[int, Field(ge=0, description="Where in the text to begin")] = 0,
    ) -> dict[str, Any]:
        """Read one press release, or a part of it, with what is needed to cite it."""
        return answers.document(await self._ask("find", {"wanted": id}), offset, max_chars)

    async def facets(
        self,
        query: Query,
        by: Annotated[
            # The table of facets says which there are, where a checker sees no literal.
            list[Literal[FACETS]],  # type: ignore[valid-type]
            Field(min_length=1, max_length=4, description="What to count by"),
        ],
        forces: Forces = (),
        since: Since = "",
        until: Until = "",
        types: Types = (),
        stages: Stages = (),
    ) -> dict[str, Any]:
        """Count the press releases that match by force, year, type and so on.  A facet that is
        filtered by counts what each of its values would find."""
        asked = _asked(query, forces, types, stages, since, until)
        counts: dict[str, Any] = await self._ask("facets", {**asked, "names": by})
        return counts

    async def timeline(
        self,
        query: Query,
        by: Literal["year", "month", "week", "day"] = "month",
        split: Literal["", "force", "type", "stage"] = "",
        share: Annotated[
            bool, Field(description="Among 1,000 releases of each period, too")
        ] = False,
        forces: Forces = (),
        since: Since = "",
        until: Until = "",
        types: Types = (),
        stages: Stages = (),
    ) -> dict[str, Any]:
        """Count the press releases that match in each period.  Forces publish more in some years
        than in others: share tells more than counts."""
        asked = _asked(query, forces, types, stages, since, until)
        more = {"by": by, "split": split, "share": share}
        counts: dict[str, Any] = await self._ask("timeline", {**asked, **more})
        return counts

    async def forces(self) -> dict[str, Any]:
        """List the police forces, with how many releases of each there are and of which days."""
        listed: dict[str, Any] = await self._ask("force_counts", {})
        return listed

    def _start(self, cursor: str) -> tuple[int, str]:
        try:
            return answers.read_cursor(cursor) if cursor else (0, "")
        except answers.BadCursor:
            message = "that is no cursor of mine: give next_cursor of the page before, or none"
            raise ToolError(message) from None

    async def _ask(self, deed: str, asked: Mapping[str, object]) -> Any:
        try:
            answer = await run_sync(partial(self._workers.ask, deed, asked))
        except SearchkitError as error:
            raise ToolError(_told(error)) from None
        return answer.value


def _asked(
    query: str, forces: Names, types: Names, stages: Names, since: str, until: str
) -> dict[str, object]:
    """A question as ``Index`` takes it."""
    return {
        "text": query,
        "area": forces,
        "type": types,
        "stage": stages,
        "since": since or None,
        "until": until or None,
    }


def _told(error: SearchkitError) -> str:
    """What went wrong, without a word of where the index lies."""
    if isinstance(error, QueryError):
        return "; ".join(
            ": ".join(filter(None, (one.message, one.hint))) for one in error.diagnostics
        )
    if isinstance(error, ArticleNotFound):
        return "there is no such article: search gives ids"
    if isinstance(error, ClusterTimeout):
        return "the index answers slowly now: ask the same again in a moment"
    if isinstance(error, (IndexProblem, ClusterProblem)):
        return "the index cannot be read now: tell who runs it, or ask again later"
    return str(error)


def server(workers: SearchWorkers) -> MCPServer:
    """An MCP server with all tools over what ``workers`` answer."""
    made: MCPServer = MCPServer(
        "searchkit", title="Police news", instructions=INSTRUCTIONS, version=__version__
    )
    tools = Tools(workers)
    for name in ("search", "fetch", "facets", "timeline", "forces"):
        made.tool(name, annotations=_READ_ONLY, structured_output=True)(getattr(tools, name))
    return made
