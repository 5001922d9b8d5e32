"""The e-invoice of a paper (EN 16931 in the CII syntax): written, read by other eyes, held against the standard."""

from partnershop.documents.cii.reading import read
from partnershop.documents.cii.writing import write

__all__ = ["read", "write"]
