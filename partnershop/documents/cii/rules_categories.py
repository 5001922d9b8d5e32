"""P-CAT: what each VAT category (UNTDID 5305) demands of the whole paper."""

import re
from collections.abc import Iterator

from partnershop.documents.cii.countries import trades_as_member, vat_state, vat_territory
from partnershop.documents.cii.invoice import Invoice, Trader
from partnershop.documents.cii.rule import Broken, Theme, plain

THEME = Theme()
TAXED = frozenset({"S", "Z"})
REASONED = frozenset({"E", "AE", "K", "G", "O"})
# CEF VATEX code list: those that belong to one category; any other is an exemption (E).
_CODES = {"VATEX-EU-AE": "AE", "VATEX-EU-IC": "K", "VATEX-EU-G": "G", "VATEX-EU-O": "O"}
# Words by which the law of the three languages names what a category is (art. 226 (11), (11a) VAT Directive). Services
# across borders are "intra-Community" and reverse charge, so that only supplies of goods are told apart by it.
_TELLTALES = {
    "AE": re.compile(r"reverse.charge|steuerschuldnerschaft|inversione contabile|§ ?13b\b", re.IGNORECASE),
    "K": re.compile(
        r"intra.community (supply|delivery)|innergemeinschaftliche lieferung|cession\w+ intra.?comunitari|VATEX-EU-IC"
        r"|§ ?6a\b|\bart\w*\.? ?41\b.{0,40}\b331\b",
        re.IGNORECASE,
    ),
    "G": re.compile(r"\bexports?\b|ausfuhrlieferung|cession\w+ all.esportazione", re.IGNORECASE),
}
# What the words of a category's reason must not name. Not of O: who is outside the scope here may owe VAT elsewhere.
_CONTRADICTIONS = {"AE": ("K", "G"), "K": ("G",), "G": ("AE", "K"), "E": ("AE", "K", "G")}


def _has(invoice: Invoice, category: str) -> bool:
    return any(row.category == category for row in invoice.taxes)


def _rates(invoice: Invoice) -> Iterator[tuple[str, str | None, object]]:
    """Place, category and rate of every line, allowance, charge and row of the breakdown."""
    yield from ((f"BT-152, line {line.id}", line.category, line.rate) for line in invoice.lines)
    yield from ((each.where, each.category, each.rate) for each in invoice.adjustments)
    yield from ((f"BT-119, {row.category}", row.category, row.rate) for row in invoice.taxes)


@THEME("P-CAT-1")
def no_reason_where_taxed(invoice: Invoice) -> Broken:
    """S and Z carry no exemption reason (BR-S-10, BR-Z-10)."""
    for row in invoice.taxes:
        if row.category in TAXED and (row.reason or row.reason_code):
            yield f"BT-120, {row.category}", {"category": row.category, "reason": row.reason or row.reason_code or ""}


@THEME("P-CAT-2")
def reason_where_not_taxed(invoice: Invoice) -> Broken:
    """E, AE, K, G and O carry a reason, by text or VATEX code (BR-E-10, BR-AE-10, BR-IC-10, BR-G-10, BR-O-10)."""
    for row in invoice.taxes:
        if row.category in REASONED and not row.reason and not row.reason_code:
            yield f"BT-120, {row.category}", {"category": row.category}


@THEME("P-CAT-3")
def code_fits_category(invoice: Invoice) -> Broken:
    """A VATEX code is one of its row's category: AE with VATEX-EU-IC is wrong (CEF VATEX code list)."""
    for row in invoice.taxes:
        if row.reason_code and _CODES.get(row.reason_code.upper(), "E") != row.category:
            yield f"BT-121, {row.category}", {"category": row.category or "–", "code": row.reason_code}


@THEME("P-CAT-4")
def text_fits_category(invoice: Invoice) -> Broken:
    """A reason in words does not name the reason of another category: AE as an intra-Community supply is wrong."""
    for row in invoice.taxes:
        others = (_TELLTALES[other] for other in _CONTRADICTIONS.get(row.category or "", ()))
        if row.reason and any(words.search(row.reason) for words in others):
            yield f"BT-120, {row.category}", {"category": row.category or "", "reason": row.reason}


@THEME("P-CAT-5")
def intra_community_parties(invoice: Invoice) -> Broken:
    """K: both have VAT ids, of different member states (BR-IC-02 to -04; art. 138 VAT Directive, § 6a UStG)."""
    seller, buyer = vat_state(invoice.seller.vat_id), vat_state(invoice.buyer.vat_id)
    if _has(invoice, "K") and not (trades_as_member(seller) and trades_as_member(buyer) and seller != buyer):
        yield "BT-48", {"seller": invoice.seller.vat_id or "–", "buyer": invoice.buyer.vat_id or "–"}


@THEME("P-CAT-6")
def intra_community_delivery(invoice: Invoice) -> Broken:
    """K: the delivery date is told, and goods go to another member state (BR-IC-11, BR-IC-12; art. 138, § 6a UStG)."""
    if not _has(invoice, "K"):
        return
    country = invoice.deliver_to.country if invoice.deliver_to else None
    to = _territory(invoice.deliver_to, invoice) if invoice.deliver_to else ""
    abroad = to != vat_state(invoice.seller.vat_id) and to != invoice.seller.country
    if invoice.delivery_date is None:
        yield "BT-72", {"country": country or "–", "day": "–"}
    if not abroad or not to:
        day = invoice.delivery_date.isoformat() if invoice.delivery_date else "–"
        yield "BT-80", {"country": country or "–", "day": day}


@THEME("P-CAT-7")
def reverse_charge_parties(invoice: Invoice) -> Broken:
    """AE: both have VAT ids (art. 226 (4) VAT Directive, § 14a (5) UStG; stricter than BR-AE-02)."""
    if _has(invoice, "AE") and not (invoice.seller.vat_id and invoice.buyer.vat_id):
        yield "BT-48", {"seller": invoice.seller.vat_id or "–", "buyer": invoice.buyer.vat_id or "–"}


@THEME("P-CAT-8")
def export_leaves_the_union(invoice: Invoice) -> Broken:
    """G: buyer and goods are outside the EU for VAT (art. 6, 146 VAT Directive, § 6 UStG, art. 8 DPR 633/72)."""
    if _has(invoice, "G"):
        places = [("BT-55", invoice.buyer)]
        if invoice.deliver_to:
            places.append(("BT-80", invoice.deliver_to))
        for place, trader in places:
            within = _territory(trader, invoice)
            if within or not trader.country:
                yield place, {"country": within or "–"}


def _territory(trader: Trader, invoice: Invoice) -> str:
    return vat_territory(trader.country, trader.postcode, invoice.buyer.vat_id)


@THEME("P-CAT-9")
def out_of_scope_alone(invoice: Invoice) -> Broken:
    """O stands alone on its paper (BR-O-11 to BR-O-14)."""
    others = {category for _, category, _ in _rates(invoice)} - {"O"}
    if _has(invoice, "O") and others:
        yield "BG-23", {"categories": ", ".join(sorted(category or "–" for category in others))}


@THEME("P-CAT-10")
def out_of_scope_without_vat_ids(invoice: Invoice) -> Broken:
    """O: neither seller nor buyer shows a VAT id (BR-O-02 to BR-O-04)."""
    if _has(invoice, "O"):
        for place, trader in (("BT-31", invoice.seller), ("BT-48", invoice.buyer)):
            if trader.vat_id:
                yield place, {"id": trader.vat_id}


@THEME("P-CAT-11")
def out_of_scope_without_rate(invoice: Invoice) -> Broken:
    """O has no rate at all, and no VAT (BR-O-05 to BR-O-07, BR-O-09)."""
    for place, category, rate in _rates(invoice):
        if category == "O" and rate is not None:
            yield place, {"rate": f"{rate}"}


@THEME("P-CAT-12")
def out_of_scope_seller(invoice: Invoice) -> Broken:
    """O: as there is no VAT id, the seller is named by BT-29 or BT-30 (BR-CO-26)."""
    if _has(invoice, "O") and not invoice.seller.ids and invoice.seller.registration is None:
        yield "BT-29", {}


@THEME("P-CAT-13")
def rate_of_the_category(invoice: Invoice) -> Broken:
    """S has a rate above 0, every other category but O the rate 0 (BR-S-05 to -07, BR-Z-05, BR-E-05 …)."""
    for place, category, rate in _rates(invoice):
        if category == "O" or category not in TAXED | REASONED:
            continue
        if rate is None or (rate != 0) != (category == "S"):
            yield place, {"category": category or "–", "rate": "–" if rate is None else f"{rate}"}


@THEME("P-CAT-14")
def category_known(invoice: Invoice) -> Broken:
    """Every category is S, Z, E, AE, K, G or O (UNTDID 5305; L and M of the Canary Islands are not ours)."""
    for place, category, _ in _rates(invoice):
        if category not in TAXED | REASONED:
            yield place, {"category": category or "–"}


@THEME("P-CAT-15")
def no_tax_where_not_taxed(invoice: Invoice) -> Broken:
    """Only S comes with VAT (BR-Z-09, BR-E-09, BR-AE-09, BR-IC-09, BR-G-09, BR-O-09)."""
    for row in invoice.taxes:
        if row.category in (TAXED | REASONED) - {"S"} and row.tax:
            yield f"BT-117, {row.category}", {"category": row.category, "said": plain(row.tax)}
