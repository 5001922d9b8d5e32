"""The doors of tests/web, for who looks at them from outside."""

import sys
from pathlib import Path

# Its helpers lie beside its own tests.
sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
