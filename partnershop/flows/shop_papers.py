"""Sample papers of a shop that is being saved: settings by which every paper would be refused are not taken."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from models import ShopSettings
from partnershop import clock
from partnershop.documents.breach import Breach
from partnershop.documents.paper import ForSdi, Paper, PaperKind, PaperLine, PaperTax, Party, Reference
from partnershop.flows.papers import party_of
from partnershop.flows.shop_files import ShopFile
from partnershop.flows.yaml_files import Findings
from partnershop.rules.money import to_text
from partnershop.rules.numbering import format_number

# The settings, beside the currency that never changes, on which it depends whether a plain paper conforms.
_DECISIVE = ("seller", "language", "timezone", "invoice_series", "reversal_series", "payment_days", "fatturapa")
_PREPAID = ("card", "paypal")
_TO_THE_ACCOUNT = ("advance", "invoice")
_NET, _TAX = 1_000, 200  # minor units
_RATE = Decimal(20)
_ITALY = "IT"
# Members of the seller by what rules call their place: terms of EN 16931, fields of a paper, elements of a FatturaPA;
# or by the rule. The buyer lives in the seller's country, so what is wrong with that is said of both.
_MEMBERS: Mapping[str, str] = {
    "BT-27": "legal_name", "BT-29": "identifier", "BT-30": "registration", "BT-31": "vat_id", "BT-32": "tax_code",
    "BT-34": "email", "BT-40": "country", "BT-55": "country", "BT-80": "country", "BT-84": "iban",
    "FX-SCH-A-000579": "identifier", "FX-SCH-A-000581": "registration",
    **dict.fromkeys(("FX-SCH-A-000580", "FX-SCH-A-000568", "FX-SCH-A-000586"), "country"),
    "seller.name": "legal_name", "seller.registration.value": "registration", "seller.identifier.value": "identifier",
    "CedentePrestatore Anagrafica": "legal_name", "CedentePrestatore Indirizzo": "street",
    "CedentePrestatore Comune": "city", "CedentePrestatore IdFiscaleIVA": "vat_id",
    "CedentePrestatore CodiceFiscale": "tax_code",
}  # fmt: skip


def may_differ(before: ShopSettings | None, wanted: Mapping[str, Any]) -> bool:
    """Whether papers by the `wanted` settings could be refused where those by the settings `before` were not."""
    return before is None or any(getattr(before, name) != wanted[name] for name in _DECISIVE)


def check(file: ShopFile) -> None:
    """Put the simplest papers of the shop through the gate. Raises `Refused` with every rule that one breaks."""
    decisive = {name: file.settings[name] for name in _DECISIVE}
    findings = Findings("the shop")
    for path, sentence in _broken(json.dumps(decisive, sort_keys=True), file.currency):
        findings.note(path, sentence)
    findings.refuse()


@lru_cache(maxsize=16)
def _broken(decisive: str, currency: str) -> tuple[tuple[str, str], ...]:
    """What is wrong with papers by these settings (JSON): members of the file, with sentences.

    It is remembered: judging takes longer than saving, and shops that are loaded in bulk often have the same settings.
    """
    # Slow to load, and not wanted where settings stay as they were.
    from partnershop.documents import gate  # noqa: PLC0415
    from partnershop.documents.words.breach_words import sentence  # noqa: PLC0415

    found: list[tuple[str, Breach]] = []
    for paper in samples(json.loads(decisive), currency):
        for breach in gate.breaches(paper):
            path = _path(breach)
            if all((path, breach.values) != (known, earlier.values) for known, earlier in found):
                found.append((path, breach))
    return tuple((path, f"{breach.rule}: {sentence(breach, 'en')}") for path, breach in found)


def without_account(seller: Mapping[str, Any]) -> str | None:
    """What to say of a seller without an IBAN; a shop that takes cards and PayPal only needs none."""
    if seller.get("iban"):
        return None
    return (
        "seller.iban is missing: invoices of orders that are paid by transfer (payment_method "
        f"{' or '.join(_TO_THE_ACCOUNT)}) will be refused until it is added"
    )


def samples(settings: Mapping[str, Any], currency: str) -> list[Paper]:
    """A plain invoice for each way to pay that a shop with these settings can offer, and a reversal."""
    ways = (*_PREPAID, *_TO_THE_ACCOUNT) if settings["seller"].get("iban") else _PREPAID
    invoices = [_invoice(settings, currency, method) for method in ways]
    return [*invoices, _reversal(settings, invoices[0])]


def _invoice(settings: Mapping[str, Any], currency: str, method: str) -> Paper:
    seller = party_of(settings["seller"], "legal_name")
    day = clock.local_day(clock.now(), settings["timezone"])
    gross, prepaid = _NET + _TAX, method in _PREPAID
    price = Decimal(to_text(_NET, currency))
    return Paper(
        kind=PaperKind.INVOICE, number=format_number(settings["invoice_series"], day.year, 1), issue_date=day,
        currency=currency, language=settings["language"], seller=seller, buyer=_buyer(seller), order="A-1",
        order_date=day, delivery_date=day, payment_method=method,
        lines=(PaperLine(1, False, "1", "Flyer", (), 1, price, _NET, (), _NET, _RATE, "S"),),
        taxes=(PaperTax("S", _RATE, _NET, _TAX),), net=_NET, tax=_TAX, gross=gross,
        prepaid=gross if prepaid else 0,
        due_date=None if prepaid else day + timedelta(days=settings["payment_days"]),
        sdi=_for_sdi(settings) if seller.country == _ITALY else None,
    )  # fmt: skip


def _reversal(settings: Mapping[str, Any], invoice: Paper) -> Paper:
    return replace(
        invoice,
        kind=PaperKind.REVERSAL,
        number=format_number(settings["reversal_series"], invoice.issue_date.year, 1),
        lines=tuple(replace(line, origin_position=line.position) for line in invoice.lines),
        refers_to=Reference(invoice.number, invoice.issue_date),
        reason="cancelled",
        prepaid=0,
    )


def _buyer(seller: Party) -> Party:
    """A person of the seller's country, in letters that every typeface has."""
    tax_code = "CNTCHR85M50F205J" if seller.country == _ITALY else None
    return Party("Chiara Conti", "1 Sample Street", "20122", "Sample", seller.country, tax_code=tax_code, number="K-1")


def _for_sdi(settings: Mapping[str, Any]) -> ForSdi:
    from partnershop.documents import fatturapa  # noqa: PLC0415

    seller = settings["seller"]
    fiscal_code = fatturapa.fiscal_code(seller.get("tax_code"), seller.get("vat_id"))
    recipient_code, pec = fatturapa.recipient(_ITALY, None, None)
    return ForSdi(
        file_name=fatturapa.file_name(fiscal_code, 1), regime=seller["tax_regime"],
        natures=settings["fatturapa"]["natures"], stamp_duty=0, recipient_code=recipient_code, pec=pec,
    )  # fmt: skip


def _path(breach: Breach) -> str:
    """The member that is to be corrected, as far as the rule tells."""
    member = _MEMBERS.get(breach.where) or _MEMBERS.get(breach.rule)
    if member:
        return f"seller.{member}"
    return breach.where if breach.where.startswith("seller.") else "seller"
