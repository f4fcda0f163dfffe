"""The index for AI agents: tools over the Model Context Protocol, read-only (extra ``mcp``).

Floor 8.  ``tools`` has them and what they take, ``answers`` the shape and the budget of what they
return.  Invariant: nothing here changes an index, or reads anything but it.
"""
