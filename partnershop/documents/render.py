"""A frozen document as HTML and as PDF. Everything in it was decided and added up before; here it is only printed."""

from partnershop.documents import cii, fatturapa, gate
from partnershop.documents.archive import FACTUR_X, Archive, Attached
from partnershop.documents.engine import fill, pdf
from partnershop.documents.paper import Paper
from partnershop.documents.view import view
from partnershop.documents.words.wording import wording
from partnershop.errors import Defect


class NotConforming(Defect):
    """An issued paper whose e-invoice breaks our rules: it was let through by mistake, and is not printed."""


def html(paper: Paper) -> str:
    """The page of a paper, well-formed XHTML without its style sheet, in the paper's language."""
    return fill("paper.html", paper=view(paper), words=wording(paper.language))


def render(paper: Paper) -> bytes:
    """The PDF of a paper: a PDF/A-3b and PDF/UA-1 with its e-invoice inside, and its FatturaPA where it has one.

    The same paper gives the same bytes, whichever process, day or time zone prints it. Needs no database and no
    network, so it runs outside every transaction. Raises `NotConforming` when the e-invoice breaks one of our rules.
    """
    pictures = {"logo": paper.design.logo} if paper.design.logo else {}
    archive = Archive(paper.issue_date, _attached(paper))
    return pdf(html(paper), "paper.css", wording(paper.language).language, archive, pictures)


def _attached(paper: Paper) -> list[Attached]:
    attached = [Attached(FACTUR_X, _invoice(paper), "EN 16931 invoice (Factur-X)", "Alternative")]
    if paper.sdi:
        name = f"{paper.sdi.file_name}.xml"
        attached.append(Attached(name, fatturapa.write(paper), "FatturaPA", "Source"))
    return attached


def _invoice(paper: Paper) -> bytes:
    """The e-invoice, held once more against the rules that cost little: the number is the real one now.

    What an invoice from before the gate breaks, its corrections break too.
    """
    written = cii.write(paper)
    if not paper.is_judged:
        return written
    if broken := gate.of_invoice(cii.read(written), paper):
        named = ", ".join(f"{breach.rule} {breach.where}".rstrip() for breach in broken)
        raise NotConforming(f"the e-invoice of {paper.number} breaks {named}")
    return written
