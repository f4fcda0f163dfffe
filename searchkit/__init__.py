"""searchkit: a full-text search engine for police news.

    from searchkit import Index

    ix = Index.open("index")
    for hit in ix.search("diversity", area="Essex"):
        print(hit.title, hit.date.display, hit.snippet)

What stands in ``__all__`` is the public interface; everything else may change.  Names are
imported when they are first used, so that a search does not pay for the parsers.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .article import Article as Article
    from .article import DateSource as DateSource
    from .article import ForceMatch as ForceMatch
    from .article import Precision as Precision
    from .article import PublicationDate as PublicationDate
    from .article import Rejected as Rejected
    from .errors import ArticleError as ArticleError
    from .errors import ArticleNotFound as ArticleNotFound
    from .errors import Diagnostic as Diagnostic
    from .errors import EngineError as EngineError
    from .errors import IndexCorrupt as IndexCorrupt
    from .errors import IndexExists as IndexExists
    from .errors import IndexIncompatible as IndexIncompatible
    from .errors import IndexLocked as IndexLocked
    from .errors import IndexNotFound as IndexNotFound
    from .errors import IndexProblem as IndexProblem
    from .errors import MassRemoval as MassRemoval
    from .errors import QueryError as QueryError
    from .errors import SearchkitError as SearchkitError
    from .errors import SourceError as SourceError
    from .errors import UnknownField as UnknownField
    from .errors import UnknownForce as UnknownForce
    from .errors import UnsupportedQuery as UnsupportedQuery
    from .forces import Force as Force
    from .forces import resolve_force as resolve_force
    from .index import Index as Index
    from .ingest.reader import parse_article as parse_article
    from .quality import ForceQuality as ForceQuality
    from .quality import Quality as Quality
    from .removals import Removal as Removal
    from .report import IndexReport as IndexReport
    from .report import Progress as Progress
    from .results import Hit as Hit
    from .results import Results as Results
    from .snippets import Snippet as Snippet
    from .stats import ForceCount as ForceCount
    from .stats import Stats as Stats
    from .takedown import RemovalReport as RemovalReport
    from .ukdates import parse_uk_date as parse_uk_date

__version__ = "0.1.0"

_HOMES = {
    "article": "Article DateSource ForceMatch Precision PublicationDate Rejected",
    "errors": (
        "ArticleError ArticleNotFound Diagnostic EngineError IndexCorrupt IndexExists "
        "IndexIncompatible IndexLocked IndexNotFound IndexProblem MassRemoval QueryError "
        "SearchkitError SourceError UnknownField UnknownForce UnsupportedQuery"
    ),
    "forces": "Force resolve_force",
    "index": "Index",
    "ingest.reader": "parse_article",
    "quality": "ForceQuality Quality",
    "removals": "Removal",
    "report": "IndexReport Progress",
    "results": "Hit Results",
    "snippets": "Snippet",
    "stats": "ForceCount Stats",
    "takedown": "RemovalReport",
    "ukdates": "parse_uk_date",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = sorted([*_HOME_OF, "__version__"])


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'searchkit' has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
