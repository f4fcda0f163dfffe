"""Ingest: from sources and bytes to clean, dated, attributed articles.

Floor 2.  ``reader`` turns one source's bytes into an ``Article``; ``sources`` and ``pool``
bring the bytes.  Nothing is imported here, so that a search, which only asks ``boilerplate``
about lines, does not load the parsers.  Invariant: nothing in here touches an index.
"""
