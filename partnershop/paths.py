"""Where the files that are part of the product lie, whatever folder the command was started from."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "templates"
MIGRATIONS = ROOT / "migrations"
SAMPLES = ROOT / "samples"
