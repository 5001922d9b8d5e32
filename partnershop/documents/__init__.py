"""What we print: frozen document -> HTML -> PDF. Nothing here decides, rounds or adds up."""

from importlib.metadata import version

RENDERER = f"weasyprint {version('weasyprint')}"
"""What is recorded with the bytes: the same paper gives the same bytes only with the same renderer."""
