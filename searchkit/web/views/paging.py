"""The pages of a result: which of them are named, and where the gaps are.

Floor 8.  After the pagination component of the GOV.UK Design System: the first, the last, the page
shown and its neighbours; nothing where there is one page.
Invariant: no page is named that the engine would refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page by its number and its URL; number 0 stands for a gap."""

    number: int
    url: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Paging:
    """``page`` of ``pages``; ``links`` are empty where there is only one.  ``cut`` says that there
    are more hits than pages can be asked for."""

    page: int
    pages: int
    links: tuple[PageLink, ...] = ()
    previous: str = ""
    following: str = ""
    cut: bool = False


ONE_PAGE = Paging(1, 1)


def paging(
    total: int, limit: int, page: int, url: Callable[[int], str], *, most_offset: int
) -> Paging:
    """The pages of ``total`` hits, ``limit`` on each, seen from ``page``; ``url`` names a page."""
    all_pages = max(1, -(-total // limit))
    pages = min(all_pages, most_offset // limit + 1)
    if pages == 1 or page > pages:
        return Paging(page, pages, cut=all_pages > pages)
    named = sorted({1, pages, *range(max(1, page - 1), min(pages, page + 1) + 1)})
    links: list[PageLink] = []
    before = 0
    for number in named:
        if number == before + 2:
            links.append(PageLink(before + 1, url(before + 1)))
        elif number > before + 1:
            links.append(PageLink(0))
        links.append(PageLink(number, url(number), number == page))
        before = number
    return Paging(
        page,
        pages,
        tuple(links),
        url(page - 1) if page > 1 else "",
        url(page + 1) if page < pages else "",
        all_pages > pages,
    )
