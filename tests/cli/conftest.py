"""The fixtures of tests/commanding.py."""

from commanding import database, no_place, run, shops

__all__ = ["database", "no_place", "run", "shops"]
