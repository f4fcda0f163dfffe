"""The query language: text -> ``Parsed`` (a tree of nodes and what there is to say about it).

Floor 2.  ``parser`` reads, ``describe`` says back how it was read, ``dates`` knows periods,
``nodes`` is the tree.  Invariant: no text a user can type makes anything here raise.
"""
