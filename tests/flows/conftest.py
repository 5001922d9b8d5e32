"""The sample shop of tests/factories.py, and items about to be handed over."""

from commanding import run
from factories import product, scene, time
from handing_over import at_unitedprint, at_works

__all__ = ["at_unitedprint", "at_works", "product", "run", "scene", "time"]
