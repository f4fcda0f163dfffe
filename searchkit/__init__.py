"""searchkit: a full-text search engine for police news."""

__version__ = "0.1.0"
