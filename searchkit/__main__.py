"""``python -m searchkit``: the command line.  Floor 10."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
