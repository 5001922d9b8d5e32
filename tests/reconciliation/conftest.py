"""The sample shop of tests/factories.py, the product's clock, and its commands."""

from commanding import run
from factories import product, scene, time

__all__ = ["product", "run", "scene", "time"]
