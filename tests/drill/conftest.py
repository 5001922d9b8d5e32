"""The sample shop of tests/factories.py."""

from factories import product, scene, time

__all__ = ["product", "scene", "time"]
