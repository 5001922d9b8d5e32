"""P-LINE: the lines, their allowances and the charges of the order."""

from collections import Counter
from decimal import Decimal

from partnershop.documents.cii.invoice import Adjustment, Invoice, InvoiceLine
from partnershop.documents.cii.rule import Broken, Theme, plain, unequal
from partnershop.rules.money import exponent, round_half_up

THEME = Theme()
UNIT = "H87"
ALLOWANCE_CODES = frozenset({"65", "95"})
CHARGE_CODES = frozenset({"FC", "SAA"})


@THEME("P-LINE-1")
def at_least_one_line(invoice: Invoice) -> Broken:
    """An invoice has at least one line (BR-16)."""
    if not invoice.lines:
        yield "BG-25", {}


@THEME("P-LINE-2")
def line_net(invoice: Invoice) -> Broken:
    """BT-131 is quantity x unit price, rounded half up, less allowances, plus charges of the line (EN 16931 6.4.3)."""
    places = exponent(invoice.currency or "")
    for line in invoice.lines:
        price = price_net(line, places)
        if price is not None:
            net = price + sum(adjustment.amount or 0 for adjustment in line.adjustments if adjustment.is_charge)
            net -= sum(adjustment.amount or 0 for adjustment in line.adjustments if not adjustment.is_charge)
            yield from unequal(f"BT-131, line {line.id}", line.net, net)


def price_net(line: InvoiceLine, places: int) -> Decimal | None:
    """Quantity x unit price of a line with so many decimals, before allowances; None where one of them is missing."""
    if line.quantity is None or line.price is None:
        return None
    pieces = Decimal(1) if line.price_quantity is None else line.price_quantity
    return None if pieces <= 0 else round_half_up(line.quantity * line.price / pieces, places)


@THEME("P-LINE-3")
def allowances_positive(invoice: Invoice) -> Broken:
    """An allowance or charge is a positive amount; the element itself says in which direction it goes."""
    for adjustment in _all_adjustments(invoice):
        if adjustment.amount is None or adjustment.amount < 0:
            yield adjustment.where, {"said": plain(adjustment.amount)}


@THEME("P-LINE-4")
def allowances_within_the_price(invoice: Invoice) -> Broken:
    """Allowances take off no more than the line costs."""
    places = exponent(invoice.currency or "")
    for line in invoice.lines:
        price = price_net(line, places)
        taken = sum((each.amount or Decimal(0) for each in line.adjustments if not each.is_charge), Decimal(0))
        if price is not None and taken > max(price, Decimal(0)):
            yield f"BG-27, line {line.id}", {"said": plain(taken), "should": plain(price)}


@THEME("P-LINE-5")
def percent_of_base(invoice: Invoice) -> Broken:
    """A percentage is of a base, and percent x base, rounded half up, is the amount (BT-136 to BT-138; ours)."""
    places = exponent(invoice.currency or "")
    for adjustment in _all_adjustments(invoice):
        if adjustment.percent is None:
            continue
        if adjustment.base is None:
            yield adjustment.where, {"said": plain(adjustment.amount), "should": f"{plain(adjustment.percent)} % × –"}
        else:
            amount = round_half_up(adjustment.base * adjustment.percent / 100, places)
            yield from unequal(adjustment.where, adjustment.amount, amount)


@THEME("P-LINE-6")
def allowance_reason(invoice: Invoice) -> Broken:
    """A line's allowance has its reason and a code of UNTDID 5189: 65 for defects, 95 otherwise (BR-42, ours)."""
    for line in invoice.lines:
        for adjustment in line.adjustments:
            if not adjustment.is_charge and (adjustment.code not in ALLOWANCE_CODES or not adjustment.reason):
                yield adjustment.where, {"code": adjustment.code or "–", "reason": adjustment.reason or "–"}


@THEME("P-LINE-7")
def unit_is_piece(invoice: Invoice) -> Broken:
    """What we sell is counted in pieces: BT-130 is H87 (UN/ECE Recommendation 20 and 21; BR-23)."""
    for line in invoice.lines:
        if line.unit != UNIT:
            yield f"BT-130, line {line.id}", {"code": line.unit or "–", "should": UNIT}


@THEME("P-LINE-8")
def charge_reason(invoice: Invoice) -> Broken:
    """A charge has its reason and a code of UNTDID 7161: FC freight, SAA shipping and handling (BR-38, ours)."""
    for charge in invoice.adjustments:
        if charge.is_charge and (charge.code not in CHARGE_CODES or not charge.reason):
            yield charge.where, {"code": charge.code or "–", "reason": charge.reason or "–"}


@THEME("P-LINE-9")
def line_ids_are_unique(invoice: Invoice) -> Broken:
    """Every line has an identifier of its own (BT-126; BR-21, and so that a correction can name it)."""
    for line_id, count in Counter(line.id for line in invoice.lines).items():
        if count > 1 or line_id is None:
            yield "BT-126", {"line": line_id or "–"}


@THEME("P-LINE-10")
def quantity_and_price_told(invoice: Invoice) -> Broken:
    """A line sells more than nothing, at a told price, for more than no pieces (BT-129, BT-146, BT-149; BR-22, -26)."""
    for line in invoice.lines:
        if line.price_quantity is not None and line.price_quantity <= 0:
            yield f"BT-149, line {line.id}", {"quantity": plain(line.price_quantity), "price": plain(line.price)}
        if line.quantity is None or line.quantity <= 0 or line.price is None:
            yield f"BT-129, line {line.id}", {"quantity": plain(line.quantity), "price": plain(line.price)}


@THEME("P-LINE-11")
def gross_price_less_discount(invoice: Invoice) -> Broken:
    """Where a price before discount is told, the price is that less the discount (EN 16931 BT-146, BT-147, BT-148)."""
    for line in invoice.lines:
        if line.gross_price is not None:
            should = line.gross_price - (line.price_discount or 0)
            yield from unequal(f"BT-146, line {line.id}", line.price, should)


def _all_adjustments(invoice: Invoice) -> list[Adjustment]:
    return [*(each for line in invoice.lines for each in line.adjustments), *invoice.adjustments]
