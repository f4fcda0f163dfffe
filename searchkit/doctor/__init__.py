"""``examine``: everything that can keep searchkit from working here, looked at in a second.

Floor 6.  Three rooms: ``installation`` (Python, packages, settings), ``places`` (disk, file
system, permissions), ``contents`` (the index and its sources).  Invariant: nothing is changed,
and whatever is wrong becomes a line: nothing is raised.
"""

from .checks import Check, Status, Topic
from .examining import Diagnosis, examine

__all__ = ["Check", "Diagnosis", "Status", "Topic", "examine"]
