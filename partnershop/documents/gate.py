"""The gate: what must hold of a paper before it gets its number. Nothing with a breach is issued."""

from decimal import Decimal, localcontext

from partnershop.documents import cii, coverage, fatturapa
from partnershop.documents.breach import Breach
from partnershop.documents.cii import rules, same, schema
from partnershop.documents.cii.doubled import each_fault_once
from partnershop.documents.cii.elements import Unreadable
from partnershop.documents.cii.invoice import Invoice
from partnershop.documents.cii.rules_vat import Key, telescoped
from partnershop.documents.paper import Paper, PaperKind
from partnershop.rules import tax
from partnershop.rules.money import exponent
from partnershop.rules.tax import Breakdown, TaxKey

_DIGITS = 60


def breaches(paper: Paper, effective: Breakdown | None = None) -> list[Breach]:
    """Every rule that this paper breaks, each once; none where it may get its number.

    `effective` are the books of the order before a reversal: given them, its VAT must be exactly what is left to take
    back. The number may be a placeholder of the same form. Raises nothing for bad data.
    """
    found = [*coverage.breaches(paper), *of_xml(cii.write(paper), paper, effective)]
    if paper.sdi is not None:
        found += fatturapa.breaches(fatturapa.write(paper))
    return _each_once(found)


def of_xml(xml: bytes, paper: Paper, effective: Breakdown | None = None) -> list[Breach]:
    """What is wrong with an XML as the e-invoice of this paper: in itself, beside the paper, against the standard."""
    try:
        invoice = cii.read(xml)
    except Unreadable as problem:
        return [Breach("P-FORM-9", "", {"text": str(problem)})]
    return each_fault_once(_each_once([*of_invoice(invoice, paper, effective), *schema.breaches(xml)]))


def of_invoice(invoice: Invoice, paper: Paper, effective: Breakdown | None = None) -> list[Breach]:
    """Our own rules alone, at little cost: what an e-invoice breaks in itself, and where it differs from its paper."""
    left = _left_to_take_back(invoice, paper, effective)
    return [*by_itself(invoice, paper.kind), *left, *same.breaches(invoice, paper)]


def by_itself(invoice: Invoice, kind: PaperKind) -> list[Breach]:
    """The rules that an e-invoice breaks as a paper of this kind, whatever its paper says."""
    found = rules.breaches(invoice)
    # Type code 380 alone does not tell a reduced invoice from a first one.
    if kind is PaperKind.REDUCED_INVOICE and not invoice.preceding:
        found.append(Breach("P-REF-7", "BG-3"))
    return found


def _left_to_take_back(invoice: Invoice, paper: Paper, effective: Breakdown | None) -> list[Breach]:
    if effective is None or paper.kind is not PaperKind.REVERSAL:
        return []
    taken = [(TaxKey(line.vat_category, line.vat_rate, line.vat_exemption or ""), line.net) for line in paper.lines]
    try:
        left = tax.correction(effective, taken)
    except ValueError:
        return [Breach("P-VAT-6", "BG-23")]
    expected: dict[Key, tuple[Decimal, Decimal]] = {}
    with localcontext(prec=_DIGITS):
        for key, row in left.items():
            base, amount = expected.get((key.category, key.rate), (Decimal(0), Decimal(0)))
            places = -exponent(paper.currency)
            amounts = (Decimal(row.base).scaleb(places), Decimal(row.tax).scaleb(places))
            expected[key.category, key.rate] = (base + amounts[0], amount + amounts[1])
        return telescoped(invoice, expected)


def _each_once(found: list[Breach]) -> list[Breach]:
    """Breaches in their order, without those said before."""
    known: list[Breach] = []
    for breach in found:
        if breach not in known:
            known.append(breach)
    return known
