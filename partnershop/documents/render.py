"""A frozen document as HTML and as PDF. Everything in it was decided and added up before; here it is only printed."""

from partnershop.documents.engine import fill, pdf
from partnershop.documents.paper import Paper
from partnershop.documents.view import view
from partnershop.documents.wording import wording


def html(paper: Paper) -> str:
    """The page of a paper, well-formed XHTML without its style sheet, in the paper's language."""
    return fill("paper.html", paper=view(paper), words=wording(paper.language))


def render(paper: Paper) -> bytes:
    """The PDF of a paper. The same paper gives the same bytes, whichever process, day or time zone prints it.

    Needs no database and no network, so it runs outside every transaction. Raises nothing on purpose: text that cannot
    be printed is left out (see `printable`), and a script that the font lacks comes from
    the system's fonts, or as boxes.
    """
    return pdf(html(paper), "paper.css", wording(paper.language).language)
