"""How good answers are, in numbers: judged queries, and known articles looked for.

Floor 7.  ``metrics`` and ``significance`` are plain functions; ``collections`` and ``known`` make
topics, ``judged`` and ``lookups`` ask them, ``runs`` keeps what was answered.  Invariant: nothing
here changes how an article is found.
"""
