"""P-SAME: the e-invoice, read back, says exactly what the frozen paper says: figure by figure, name by name."""

from collections.abc import Iterator
from decimal import Decimal

from partnershop.documents.breach import Breach
from partnershop.documents.cii import codes
from partnershop.documents.cii.invoice import Adjustment, Identified, Invoice, InvoiceLine, Trader
from partnershop.documents.paper import Allowance, Identifier, Paper, PaperKind, PaperLine, Party
from partnershop.documents.printable import printable
from partnershop.documents.words import notes
from partnershop.rules.money import exponent

Pair = tuple[str, str, object, object]
"""A rule, a place, what the XML says there, and what the paper says."""
HEAD, PARTIES, LINES, ADJUSTMENTS, TAXES, TOTALS, PAYMENT, NOTES, MORE = (f"P-SAME-{number}" for number in range(1, 10))
_MOST_TEXT = 120


def breaches(invoice: Invoice, paper: Paper) -> list[Breach]:
    """Every place where the XML says something else than the paper, or something that the paper does not say."""
    pairs = (
        *_head(invoice, paper), *_parties(invoice, paper), *_lines(invoice, paper), *_charges(invoice, paper),
        *_taxes(invoice, paper), *_totals(invoice, paper), *_payment(invoice, paper),
        (NOTES, "BT-22", invoice.notes, tuple(_text(note) or "" for note in notes.notes(paper))),
    )  # fmt: skip
    found = [
        Breach(rule, where, {"said": _shown(said), "paper": _shown(should)})
        for rule, where, said, should in pairs
        if said != should
    ]
    return found + [Breach(MORE, oddity.where, {"said": oddity.text}) for oddity in invoice.unread]


def _head(invoice: Invoice, paper: Paper) -> Iterator[Pair]:
    refers = ((_text(paper.refers_to.number), paper.refers_to.issue_date),) if paper.refers_to else ()
    yield HEAD, "BT-1", invoice.number, _text(paper.number)
    yield HEAD, "BT-2", invoice.issue_date, paper.issue_date
    yield HEAD, "BT-3", invoice.type_code, "381" if paper.kind is PaperKind.REVERSAL else "380"
    yield HEAD, "BT-5", invoice.currency, paper.currency
    yield HEAD, "BT-10", invoice.buyer_reference, _text(paper.buyer.number)
    yield HEAD, "BT-13", invoice.order, _text(paper.order)
    yield HEAD, "BG-3", tuple((earlier.number, earlier.issue_date) for earlier in invoice.preceding), refers


def _parties(invoice: Invoice, paper: Paper) -> Iterator[Pair]:
    seller, buyer = paper.seller, paper.buyer
    taxable = all(tax.category != "O" for tax in paper.taxes)
    company = _text(buyer.company)
    trading = seller.company if seller.company != seller.name else None
    expected_seller = {
        **_address(seller),
        "name": _text(seller.name),
        "trading_name": _text(trading),
        "ids": _identifiers(codes.seller_identifier(seller)),
        "tax_code": _text(codes.tax_code(seller)),
    }
    expected_buyer = {
        **_address(buyer),
        "name": company or _text(buyer.name),
        "ids": _identifiers(codes.buyer_identifier(buyer)),
        "contact": _text(buyer.name) if company and company != buyer.name else None,
    }
    for group, said, party, expected in (
        ("BG-4", invoice.seller, seller, expected_seller),
        ("BG-7", invoice.buyer, buyer, expected_buyer),
    ):
        email = _text(party.email)
        expected["vat_id"] = codes.vat_id(party) if taxable else None
        expected["registration"] = next(iter(_identifiers(party.registration)), None)
        expected["electronic"] = Identified(email, "EM") if email else None
        yield from _trader(group, said, expected)
    yield from _trader("BG-13", invoice.deliver_to or Trader(), {**_address(buyer), "name": expected_buyer["name"]})


def _trader(group: str, said: Trader, expected: dict[str, object]) -> Iterator[Pair]:
    """Every member of a party; those that are not `expected` must be absent."""
    absent = vars(Trader())
    for member, value in vars(said).items():
        yield PARTIES, f"{group} {member}", value, expected.get(member, absent[member])


def _address(party: Party) -> dict[str, object]:
    street = _text(party.street)
    return {
        "address": (street,) if street else (),
        "postcode": _text(party.postcode),
        "city": _text(party.city),
        "province": _text(party.province),
        "country": _text(party.country.upper()),
    }


def _identifiers(identifier: Identifier | None) -> tuple[Identified, ...]:
    value = _text(identifier.value) if identifier else None
    return (Identified(value, (identifier.scheme or None) if identifier else None),) if value else ()


def _lines(invoice: Invoice, paper: Paper) -> Iterator[Pair]:
    lines = [line for line in paper.lines if not line.is_charge]
    yield LINES, "BG-25", len(invoice.lines), len(lines)
    for said, line in zip(invoice.lines, lines, strict=False):
        yield from _line(said, line, paper)


def _line(said: InvoiceLine, line: PaperLine, paper: Paper) -> Iterator[Pair]:
    about = f", line {line.position}"
    yield LINES, f"BT-126{about}", said.id, str(line.position)
    yield LINES, f"BT-127{about}", said.note, notes.origin(line, paper)
    yield LINES, f"BT-129{about}", said.quantity, Decimal(line.quantity)
    yield LINES, f"BT-130{about}", said.unit, codes.PIECE
    yield LINES, f"BT-131{about}", said.net, _amount(line.net, paper)
    yield LINES, f"BT-146{about}", said.price, line.unit_price
    yield LINES, f"BT-148{about}", (said.price_quantity, said.gross_price, said.price_discount), (None, None, None)
    yield LINES, f"BT-151{about}", said.category, line.vat_category
    yield LINES, f"BT-152{about}", said.rate, _rate(line.vat_category, line.vat_rate)
    yield LINES, f"BT-153{about}", said.name, _text(line.description)
    yield LINES, f"BT-154{about}", said.description, _text(" · ".join(line.details))
    yield LINES, f"BG-32{about}", (said.attributes, said.seller_item), ((), None)
    # The old price, which the page prints, is not in the XML but as what it is before the allowances.
    yield LINES, f"BG-27{about}", line.net + sum(each.amount for each in line.allowances), line.price_net
    yield ADJUSTMENTS, f"BG-27{about}", len(said.adjustments), len(line.allowances)
    for adjustment, allowance in zip(said.adjustments, line.allowances, strict=False):
        yield ADJUSTMENTS, adjustment.where, _facts(adjustment), _allowance(allowance, paper)


def _facts(adjustment: Adjustment) -> tuple[object, ...]:
    """What an adjustment says, but for its place."""
    return tuple(vars(adjustment).values())[1:]


def _allowance(allowance: Allowance, paper: Paper) -> tuple[object, ...]:
    explained = allowance.percent is not None and allowance.base is not None
    return (
        False,
        _amount(allowance.amount, paper),
        _amount(allowance.base, paper) if explained and allowance.base is not None else None,
        allowance.percent if explained else None,
        allowance.code,
        _text(notes.allowed_for(allowance, paper)),
        None,
        None,
    )


def _charges(invoice: Invoice, paper: Paper) -> Iterator[Pair]:
    charges = [line for line in paper.lines if line.is_charge]
    yield ADJUSTMENTS, "BG-21", len(invoice.adjustments), len(charges)
    for said, charge in zip(invoice.adjustments, charges, strict=False):
        rate = _rate(charge.vat_category, charge.vat_rate)
        should = (True, _amount(charge.net, paper), None, None, codes.charge_reason(charge.key))
        yield ADJUSTMENTS, said.where, _facts(said), (*should, _text(charge.description), charge.vat_category, rate)
        yield ADJUSTMENTS, said.where, charge.net + sum(each.amount for each in charge.allowances), charge.price_net


def _taxes(invoice: Invoice, paper: Paper) -> Iterator[Pair]:
    """Rows of the paper that differ in their words alone are one in the XML."""
    rows: dict[tuple[str, Decimal], tuple[int, int]] = {}
    words: dict[tuple[str, Decimal], list[str]] = {}
    for tax in paper.taxes:
        key = (tax.category, tax.rate)
        base, amount = rows.get(key, (0, 0))
        rows[key] = (base + tax.base, amount + tax.tax)
        words.setdefault(key, []).append(tax.exemption or "")
    yield TAXES, "BG-23", len(invoice.taxes), len(rows)
    for said, ((category, rate), (base, amount)) in zip(invoice.taxes, rows.items(), strict=False):
        about = f", {category} {rate:f}"
        own = "; ".join(dict.fromkeys(filter(None, words[category, rate]))) or None
        yield TAXES, f"BT-116{about}", said.base, _amount(base, paper)
        yield TAXES, f"BT-117{about}", said.tax, _amount(amount, paper)
        yield TAXES, f"BT-118{about}", said.category, category
        yield TAXES, f"BT-119{about}", said.rate, _rate(category, rate)
        yield TAXES, f"BT-120{about}", said.reason, _text(notes.exemption(category, own, paper.language))
        yield TAXES, f"BT-121{about}", said.reason_code, codes.EXEMPTION.get(category)


def _totals(invoice: Invoice, paper: Paper) -> Iterator[Pair]:
    charges = [line.net for line in paper.lines if line.is_charge]
    totals = invoice.totals
    lines = sum(line.net for line in paper.lines if not line.is_charge)
    yield TOTALS, "BT-106", totals.lines, _amount(lines, paper)
    yield TOTALS, "BT-107", totals.allowances, None
    yield TOTALS, "BT-108", totals.charges, _amount(sum(charges), paper) if charges else None
    yield TOTALS, "BT-109", totals.net, _amount(paper.net, paper)
    yield TOTALS, "BT-110", (totals.tax, totals.tax_currency), (_amount(paper.tax, paper), paper.currency)
    yield TOTALS, "BT-112", totals.gross, _amount(paper.gross, paper)
    yield TOTALS, "BT-113", totals.prepaid, _amount(paper.prepaid, paper) if paper.prepaid else None
    yield TOTALS, "BT-114", totals.rounding, None
    yield TOTALS, "BT-115", totals.due, _amount(paper.gross - paper.prepaid, paper)


def _payment(invoice: Invoice, paper: Paper) -> Iterator[Pair]:
    reversal = paper.kind is PaperKind.REVERSAL
    code = {"card": "48", "paypal": "68"}.get(paper.payment_method)
    iban = None if code or reversal else _text("".join((paper.seller.iban or "").split()).upper())
    transfer = "58" if paper.currency == "EUR" else "30"
    account_name = _text(paper.seller.name) if iban else None
    means = (code or (transfer if iban else "1"), _text(notes.payment_method(paper)), iban, account_name, None)
    is_due = not reversal and paper.gross > paper.prepaid
    yield PAYMENT, "BG-16", tuple(tuple(vars(each).values()) for each in invoice.means), (means,)
    yield PAYMENT, "BT-20", invoice.terms, _text(notes.payment_terms(paper))
    yield PAYMENT, "BT-9", invoice.due_date, paper.due_date if is_due else None
    yield PAYMENT, "BT-72", invoice.delivery_date, paper.delivery_date


def _text(text: str | None) -> str | None:
    """As it is said in the XML: without what cannot be printed, None where nothing is left."""
    return printable(text or "").strip() or None


def _amount(minor: int, paper: Paper) -> Decimal:
    return Decimal(minor).scaleb(-exponent(paper.currency))


def _rate(category: str, rate: Decimal) -> Decimal | None:
    return None if category == "O" else rate


def _shown(value: object) -> str:
    """A value in a sentence."""
    if isinstance(value, tuple):
        return ", ".join(_shown(each) for each in value) or "–"
    return "–" if value is None else f"{value}"[:_MOST_TEXT]
