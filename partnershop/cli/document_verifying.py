"""Verifying what was named on the command line, files or papers, and how it is said."""

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from partnershop.cli.output import FINE, NOT_FINE, WRONG_USE, note, pairs, say
from partnershop.documents.breach import Breach
from partnershop.documents.unreadable import Unreadable
from partnershop.documents.verifying.verdict import FileKind, Said, Verdict
from partnershop.documents.verifying.verify import LARGEST_BYTES, verify
from partnershop.documents.verifying.verify_words import sentence

_FORMATS = {FileKind.CII: "CII (Factur-X, ZUGFeRD)", FileKind.FATTURAPA: "FatturaPA", FileKind.PDF: "PDF"}
_KINDS = {
    "380": "invoice", "381": "reversal or credit note", "384": "corrected invoice", "389": "self-billed invoice",
    "TD01": "invoice", "TD04": "credit note",
}  # fmt: skip


@dataclass(frozen=True)
class LookedAt:
    """What became of one name: its verdict, or why there is none. `remark` says what else is to be known."""

    name: str
    verdict: Verdict | None = None
    unreadable: Unreadable | None = None
    remark: str | None = None

    @property
    def code(self) -> int:
        """0 it conforms, 1 it does not, 2 it cannot be read."""
        if self.verdict is None:
            return WRONG_USE
        return FINE if self.verdict.conforms else NOT_FINE

    def row(self, language: str) -> dict[str, Any]:
        """As JSON has it, with the sentences of the broken rules."""
        if self.verdict is None:
            return {"name": self.name, "unreadable": self.unreadable and self.unreadable.sentence(language)}
        stored = self.verdict.stored()
        stored["breaches"] = _rules(self.verdict.breaches, language)
        for member, said in zip(stored["invoices"], self.verdict.invoices, strict=True):
            member["breaches"] = _rules(said.breaches, language)
            member["warnings"] = _rules(said.warnings, language)
        return {"name": self.name, "remark": self.remark, **stored}


def verdicts(names: Sequence[str], shop: str | None) -> Iterator[LookedAt]:
    """Look at each file or, with the code of a shop, at each of its papers.

    Raises `UnknownThing` (exit code 2) for a shop or paper that is not there.
    """
    for name in names:
        if shop is not None:
            yield _paper(name, shop)
            continue
        try:
            yield LookedAt(name, verify(_content(name)))
        except Unreadable as problem:
            yield LookedAt(name, unreadable=problem)


def _content(name: str) -> bytes:
    try:
        # Whoever opens a pipe waits for somebody who writes; so this is asked before.
        if stat.S_IFMT(Path(name).stat().st_mode) not in (stat.S_IFREG, stat.S_IFDIR):
            raise Unreadable("special")
        # One byte more than is looked at: a larger file is refused without being read whole.
        with Path(name).open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as problem:
        raise Unreadable("missing", problem=problem.strerror or type(problem).__name__) from None


def _paper(number: str, code: str) -> LookedAt:
    from partnershop.cli.document_reading import known_paper, pdf_of, same  # noqa: PLC0415  (only this needs a database)
    from partnershop.cli.operators import known_shop  # noqa: PLC0415
    from partnershop.cli.reading_session import snapshot  # noqa: PLC0415

    with snapshot() as session:
        row = known_paper(session, known_shop(session, code), number)
        pdf = pdf_of(session, row)
        verdict = verify(pdf.content)
        verdict = Verdict(
            verdict.kind, verdict.claims, verdict.files, verdict.invoices,
            (*verdict.breaches, *same(session, row, pdf.content)),
        )  # fmt: skip
    return LookedAt(number, verdict, remark=None if pdf.stored else "it is not rendered yet; this is how it would be")


def worst(looked_at: Sequence[LookedAt]) -> int:
    """The exit code of all of them."""
    return max((one.code for one in looked_at), default=FINE)


def print_verdict(one: LookedAt, language: str) -> None:
    """Say what one file or paper is, for people."""
    if one.verdict is None:
        assert one.unreadable is not None
        note(f"{one.name}: {one.unreadable.sentence(language)}")
        return
    claims = f", it says of itself: {', '.join(one.verdict.claims)}" if one.verdict.claims else ""
    say(f"{one.name}: {_FORMATS[one.verdict.kind]}{claims}")
    if one.remark:
        say(one.remark)
    for said in one.verdict.invoices:
        _print_said(said, language)
    _print_rules("rules broken by the file", one.verdict.breaches, language)
    say(f"{one.name} {'conforms' if one.verdict.conforms else 'does not conform'}\n")


def _print_said(said: Said, language: str) -> None:
    facts = {
        "profile": said.profile,
        "number": said.number,
        "date": said.date,
        "type": f"{said.kind} ({_KINDS[said.kind]})" if said.kind in _KINDS else said.kind,
        "seller": said.seller,
        "buyer": said.buyer,
    }
    amounts = {f"{row.category} {row.rate}": f"{row.base} + {row.tax}" for row in said.taxes}
    totals = {"net": said.net, "VAT": said.tax, f"gross {said.currency}": said.gross}
    # By itself it was named already.
    pairs(f"{_FORMATS[said.format]} in {said.name}" if said.name else "", facts | amounts | totals)
    _print_rules("rules broken", said.breaches, language)
    _print_rules("warnings", said.warnings, language)


def _print_rules(title: str, found: Sequence[Breach], language: str) -> None:
    if found:
        say(f"{title}:")
    for breach in found:
        told = sentence(breach, language)
        # Many sentences name the place themselves.
        place = f" {breach.where}" if breach.where and breach.where not in told else ""
        say(f"  {breach.rule}{place}: {told}")


def _rules(found: Sequence[Breach], language: str) -> list[dict[str, str]]:
    return [{"rule": b.rule, "where": b.where, "sentence": sentence(b, language)} for b in found]
