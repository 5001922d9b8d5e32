"""Papers that are refused: orders whose invoice does not conform, and rules that are planted for a while."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from factories import CUSTOMER, Scene, item
from sqlalchemy import select

from models import RefusedPaper
from partnershop.db import unit_of_work
from partnershop.documents import gate
from partnershop.documents.breach import Breach
from partnershop.documents.paper import Paper, PaperKind
from partnershop.rules.tax import Breakdown

# A consumer in Italy without a codice fiscale: the SdI would send the invoice back (00417).
NAMELESS = CUSTOMER | {"tax_code": None}
TAX_CODE = str(CUSTOMER["tax_code"])
# Reverse charge, for which the sample shop has not said which Natura it is.
REVERSE_CHARGE = {"vat_category": "AE", "vat_exemption": "Inversione contabile art. 17 DPR 633/72"}
COMPANY = CUSTOMER | {"company": "Studio Conti S.n.c.", "vat_id": "IT12345670017", "tax_code": None}
PLANTED = Breach("P-PARTY-1", "BT-31", {"id": "IT98765430215"})


def place_nameless(scene: Scene, *orders: str, **more: Any) -> None:
    """Orders whose invoices will be refused until their buyer is corrected."""
    for order in orders:
        scene.place(order, [item("1", "50.00")], customer=NAMELESS, **more)


def refused(scene: Scene, order: str) -> list[RefusedPaper]:
    """The refusals of an order's papers, the released ones too."""
    rows: list[RefusedPaper] = scene.of_order(RefusedPaper, order)
    return rows


def open_ones(order: str | None = None) -> list[tuple[str, list[str]]]:
    """Kind and rules of what is refused now."""
    with unit_of_work() as session:
        query = select(RefusedPaper).where(RefusedPaper.released_at.is_(None)).order_by(RefusedPaper.id)
        rows = session.scalars(query).all()
    return [(row.kind.value, [breach["rule"] for breach in row.breaches]) for row in rows]


@contextmanager
def refusing(*kinds: PaperKind, breach: Breach = PLANTED) -> Iterator[list[Paper]]:
    """Within, every paper of these kinds breaks a rule; the others are judged as ever. What was asked about."""
    real, asked = gate.breaches, list[Paper]()

    def breaches(paper: Paper, effective: Breakdown | None = None) -> list[Breach]:
        if paper.buyer.city == "Sample":  # what `shop add` judges
            return real(paper, effective)
        asked.append(paper)
        return [breach] if paper.kind in kinds else real(paper, effective)

    with patch.object(gate, "breaches", breaches):
        yield asked


@contextmanager
def no_gate() -> Iterator[None]:
    """Within, nothing is judged."""
    with patch.object(gate, "breaches", lambda *_, **__: []):
        yield


def corrected(order: str, **buyer: str) -> Mapping[str, Any]:
    """The data of `buyer.corrected`."""
    return {"order": order, "buyer": buyer, "reason": "the buyer wrote"}
