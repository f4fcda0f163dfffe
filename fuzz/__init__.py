"""Inputs that nobody would write, given to searchkit until something gives way.

Each module is a command of its own: ``python -m fuzz.queries --seconds 600``.  Runs are told by
their seed, so that every finding can be had again.
"""
