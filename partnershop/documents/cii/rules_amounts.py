"""P-SUM: the totals (BG-22), exact to the last decimal."""

from collections.abc import Iterable
from decimal import Decimal

from partnershop.documents.cii.invoice import Invoice
from partnershop.documents.cii.rule import Broken, Theme, plain, unequal

THEME = Theme()


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """Their sum; what is absent counts as nought."""
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


@THEME("P-SUM-1")
def nothing_negative(invoice: Invoice) -> Broken:
    """No amount, price, quantity or percentage is below nought, also on a 381: its type says that it takes back."""
    return [(figure.where, {"said": plain(figure.value)}) for figure in invoice.figures if figure.value < 0]


@THEME("P-SUM-2")
def total_of_lines(invoice: Invoice) -> Broken:
    """BT-106 is the sum of the lines' nets (BR-CO-10)."""
    return unequal("BT-106", invoice.totals.lines, total(line.net for line in invoice.lines))


@THEME("P-SUM-3")
def total_of_allowances(invoice: Invoice) -> Broken:
    """BT-107 is the sum of the allowances of the whole (BR-CO-11)."""
    taken = total(each.amount for each in invoice.adjustments if not each.is_charge)
    return unequal("BT-107", invoice.totals.allowances, taken)


@THEME("P-SUM-4")
def total_of_charges(invoice: Invoice) -> Broken:
    """BT-108 is the sum of the charges of the whole (BR-CO-12)."""
    charged = total(each.amount for each in invoice.adjustments if each.is_charge)
    return unequal("BT-108", invoice.totals.charges, charged)


@THEME("P-SUM-5")
def total_net(invoice: Invoice) -> Broken:
    """BT-109 is BT-106 less BT-107 plus BT-108 (BR-CO-13)."""
    totals = invoice.totals
    return unequal("BT-109", totals.net, total((totals.lines, totals.charges)) - (totals.allowances or 0))


@THEME("P-SUM-6")
def total_tax(invoice: Invoice) -> Broken:
    """BT-110 is the sum of the VAT of the breakdown (BR-CO-14)."""
    return unequal("BT-110", invoice.totals.tax, total(row.tax for row in invoice.taxes))


@THEME("P-SUM-7")
def total_gross(invoice: Invoice) -> Broken:
    """BT-112 is BT-109 plus BT-110 (BR-CO-15)."""
    return unequal("BT-112", invoice.totals.gross, total((invoice.totals.net, invoice.totals.tax)))


@THEME("P-SUM-8")
def total_due(invoice: Invoice) -> Broken:
    """BT-115 is BT-112 less BT-113 plus BT-114 (BR-CO-16)."""
    totals = invoice.totals
    return unequal("BT-115", totals.due, total((totals.gross, totals.rounding)) - (totals.prepaid or 0))
