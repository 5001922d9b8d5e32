"""What became of looking at a file: what it says it is, the invoices in it, the rules they break. Plain data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from partnershop.documents.breach import Breach


class FileKind(StrEnum):
    """The kinds of file that can be verified."""

    PDF = "pdf"
    CII = "cii"
    FATTURAPA = "fatturapa"


@dataclass(frozen=True)
class RateTotal:
    """Base and VAT of a category and rate, as the file writes them. FatturaPA's category is its Natura, else S."""

    category: str
    rate: str
    base: str
    tax: str


@dataclass(frozen=True)
class Said:
    """What one XML says, every figure as it is written there ("" where it says nothing).

    `name` is the file's name inside its PDF, None where the XML was given by itself; `profile` BT-24 or FatturaPA's
    format; `kind` the code of the type of document (380, TD04). `net` is without VAT, `gross` with it.
    """

    name: str | None
    format: FileKind
    profile: str
    kind: str
    number: str
    date: str
    currency: str
    seller: str
    buyer: str
    taxes: tuple[RateTotal, ...]
    net: str
    tax: str
    gross: str
    breaches: tuple[Breach, ...] = ()
    warnings: tuple[Breach, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What a file is and whether it conforms.

    `claims` is what a PDF says of itself ("PDF/A-3B", "PDF/UA-1", "Factur-X EN 16931"): said, not proved. `files` are
    the names of the files inside it. `breaches` are of the file as a whole.
    """

    kind: FileKind
    claims: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    invoices: tuple[Said, ...] = ()
    breaches: tuple[Breach, ...] = ()

    @property
    def all_breaches(self) -> list[Breach]:
        """Of the file as a whole, and of each invoice in it."""
        return [*self.breaches, *(breach for said in self.invoices for breach in said.breaches)]

    @property
    def conforms(self) -> bool:
        """Whether no rule is broken; warnings do not count."""
        return not self.all_breaches

    def stored(self) -> dict[str, Any]:
        """As JSON has it."""
        return {**asdict(self), "conforms": self.conforms}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Verdict":
        """What `stored()` made."""
        return cls(
            FileKind(stored["kind"]),
            tuple(stored["claims"]),
            tuple(stored["files"]),
            tuple(_said(row) for row in stored["invoices"]),
            _breaches(stored["breaches"]),
        )


def _said(stored: Mapping[str, Any]) -> Said:
    members = dict(stored)
    members["format"] = FileKind(members["format"])
    members["taxes"] = tuple(RateTotal(**row) for row in members["taxes"])
    members["breaches"] = _breaches(members["breaches"])
    members["warnings"] = _breaches(members["warnings"])
    return Said(**members)


def _breaches(stored: list[Mapping[str, Any]]) -> tuple[Breach, ...]:
    return tuple(Breach.of(row) for row in stored)
