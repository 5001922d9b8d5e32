"""Papers of every kind, language, payment method, VAT category and odd shape, as the e-invoice has to take them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import papers

from partnershop.documents.paper import Allowance, Identifier, Paper, PaperKind, PaperLine, Party, Reference

LANGUAGES = ("it", "de", "en")
METHODS = ("invoice", "advance", "card", "paypal")
CATEGORIES = ("S", "Z", "E", "AE", "K", "G", "O")
SHAPES = ("plain", "free", "cent", "yen")
WORDS = {
    "E": "Esente art. 10 DPR 633/72", "AE": "Reverse charge", "K": "Art. 41 DL 331/93", "G": "Art. 8 DPR 633/72",
    "O": "Art. 7-ter DPR 633/72",
}  # fmt: skip
SELLERS = {"it": papers.AURORA, "de": papers.GUTENDRUCK, "en": replace(papers.GUTENDRUCK, name="Good Print Ltd")}
INVOICE = Reference("FT-2026-000012", date(2026, 3, 9))
REVERSAL = Reference("NC-2026-000003", date(2026, 3, 12))
ABROAD = Party(
    name="Νίκος Παππάς", company="Τυπογραφείο Αθηνών ΑΕ", street="Ερμού 1", postcode="10563", city="Αθήνα",
    country="GR", vat_id="GR094259216", email="nikos@customers.example", number="K-30",
)  # fmt: skip
OVERSEAS = Party(name="Urs Frey", street="Bahnhofstr. 1", postcode="8001", city="Zürich", country="CH", number="K-41")
COMPLAINT = Allowance(1248, "Colori sbiaditi", "R-17", code="65", base=4990, percent=Decimal("25.00"))


def one(
    kind: PaperKind = PaperKind.INVOICE, language: str = "it", method: str = "invoice", category: str = "S",
    shape: str = "plain",
) -> Paper:  # fmt: skip
    """A paper of this kind, language, payment method, VAT category and shape."""
    made = papers.paper(
        _lines(category, shape, kind),
        kind=kind,
        language=language,
        seller=_seller(language, category),
        buyer=_buyer(category),
        payment_method=method,
        currency="JPY" if shape == "yen" else "EUR",
        due_date=date(2026, 3, 23) if method == "invoice" and kind is not PaperKind.REVERSAL else None,
    )
    if kind is PaperKind.REVERSAL:
        return replace(made, number="NC-2026-000003", refers_to=INVOICE, reason="Annullato dal cliente")
    if kind is PaperKind.REDUCED_INVOICE:
        return replace(made, number="FT-2026-000013", refers_to=INVOICE, reversed_by=REVERSAL, reason="Reclamo R-17")
    return replace(made, prepaid=made.gross if method in {"card", "paypal"} else 0)


def every_paper() -> Iterator[Paper]:
    """Every combination."""
    for kind in PaperKind:
        for language in LANGUAGES:
            for method in METHODS:
                for category in CATEGORIES:
                    for shape in SHAPES:
                        yield one(kind, language, method, category, shape)


def _lines(category: str, shape: str, kind: PaperKind) -> Sequence[PaperLine]:
    rate = "22" if category == "S" else "0"
    taxed = {"rate": rate, "vat_category": category, "vat_exemption": WORDS.get(category)}
    allowances = (COMPLAINT,) if kind is PaperKind.REDUCED_INVOICE else ()
    first = papers.line(1, allowances=allowances, **taxed)  # type: ignore[arg-type]
    if shape == "free":
        first = papers.line(1, allowances=(Allowance(4990, "Tutto da rifare", "R-18"),), **taxed)  # type: ignore[arg-type]
    if shape == "cent":
        first = papers.line(1, "0.0149", **taxed)  # type: ignore[arg-type]
    if shape == "yen":
        first = replace(first, quantity=3, unit_price=Decimal("1663.3333"), allowances=allowances)
    if kind is PaperKind.REVERSAL:
        first = replace(first, origin_position=2)
    shipping = papers.charge(2, rate=rate)
    return first, replace(shipping, vat_category=category, vat_exemption=WORDS.get(category))


def _seller(language: str, category: str) -> Party:
    seller = SELLERS[language]
    return replace(seller, identifier=Identifier("4012345000009", "0088")) if category == "O" else seller


def _buyer(category: str) -> Party:
    return {"K": ABROAD, "AE": ABROAD, "G": OVERSEAS}.get(category, papers.CHIARA)
