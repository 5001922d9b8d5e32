"""Papers that pass the gate, of every kind and VAT category; and ways to change their XML."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from lxml import etree
from papers import AURORA, CHIARA, GUTENDRUCK, charge, german, line, paper, reduced, reversal

from partnershop.documents import cii
from partnershop.documents.cii.elements import RAM, RSM, UDT
from partnershop.documents.paper import Allowance, Identifier, Paper, PaperKind, PaperLine, PaperTax, Party, Reference
from partnershop.rules.papers import Figures

NAMES = {"ram": RAM, "rsm": RSM, "udt": UDT, "qdt": UDT.replace("Unqualified", "Qualified")}
DUE = date(2026, 3, 23)
VIENNA = Party(
    name="Bäckerei Ölz", street="Mehlgasse 4", postcode="1010", city="Wien", country="AT", vat_id="ATU13585627",
    email="oelz@customers.example", number="K-31",
)  # fmt: skip
ZURICH = replace(VIENNA, city="Zürich", postcode="8001", country="CH", vat_id=None)
DEFECT = Allowance(998, "Farbe verwischt", "R-1", code="65", base=4990, percent=Decimal(20))


def untaxed(category: str, buyer: Party, **changes: object) -> Paper:
    """A German invoice of one item and shipping in a category without VAT, paid by card."""
    exemption = None if category == "Z" else "Grund wie vereinbart"
    lines = (
        line(1, rate="0", language="de", vat_category=category, vat_exemption=exemption),
        replace(charge(2, rate="0", description="Versand"), vat_category=category, vat_exemption=exemption),
    )
    return german(lines, **{"buyer": buyer, **changes})


def yen() -> Paper:
    """An invoice in a currency without decimals."""
    lines = (line(1, "1250.5", language="de", rate="10", price_net=1251, net=1251),)
    tax = replace(german(lines).taxes[0], base=1251, tax=125)
    return german(lines, currency="JPY", taxes=(tax,), net=1251, tax=125, gross=1376, prepaid=1376)


def discounted(*amounts: int) -> Paper:
    """A reduced invoice whose lines carry allowances of these minor units, the first a percentage of a defect."""
    lines = [line(1, rate="19", language="de", allowances=(DEFECT,))]
    for position, amount in enumerate(amounts, 2):
        taken = Allowance(amount, "Zu spät geliefert", f"R-{position}")
        lines.append(line(position, "85.00", rate="19", language="de", allowances=(taken,)))
    return german(
        lines,
        kind=PaperKind.REDUCED_INVOICE,
        number="RE-2026-000009",
        refers_to=Reference("RE-2026-000007", date(2026, 3, 9)),
        reversed_by=Reference("ST-2026-000003", date(2026, 3, 12)),
        reason="Reklamation R-1 anerkannt",
        issue_date=date(2026, 3, 12),
    )


GREEK = replace(VIENNA, city="Athina", country="GR", vat_id="EL094259216")
REGISTERED = replace(GUTENDRUCK, vat_id=None, registration=Identifier("HRB 4711"))
CONFORMING: Mapping[str, Callable[[], Paper]] = {
    "transfer": lambda: paper(due_date=DUE),
    "advance": lambda: paper(payment_method="advance", prepaid=paper().gross),
    "card": german,
    "paypal": lambda: german(payment_method="paypal"),
    "part paid": lambda: paper(due_date=DUE, prepaid=1000),
    "before delivery": lambda: paper(due_date=DUE, delivery_date=None, expected_delivery=date(2026, 3, 20)),
    "rates": lambda: paper((line(1), line(2, "10.00", rate="4"), line(3, "7.77", rate="10"), charge(4)), due_date=DUE),
    "reversal": reversal,
    "Italian reversal": lambda: reversal(seller=AURORA, buyer=CHIARA, language="it", payment_method="invoice"),
    "reduced": lambda: reduced(due_date=date(2026, 4, 1)),
    "defect": lambda: discounted(8500, 1),
    "all free": lambda: german((line(1, rate="19", language="de", allowances=(Allowance(4990, "Falsch", "R"),)),)),
    "a cent": lambda: german((line(1, "0.01", rate="19", language="de"),)),
    "yen": yen,
    "Z": lambda: untaxed("Z", CHIARA),
    "E": lambda: untaxed("E", CHIARA),
    "AE": lambda: untaxed("AE", VIENNA),
    "K": lambda: untaxed("K", VIENNA),
    "K to Greece": lambda: untaxed("K", GREEK),
    "G": lambda: untaxed("G", ZURICH),
    "O": lambda: untaxed("O", ZURICH, seller=REGISTERED),
    "in English": lambda: german(
        (line(1, rate="20", language="en"),), language="en", currency="GBP", payment_method="invoice", prepaid=0,
        due_date=DUE,
    ),
}  # fmt: skip


def tree(made: Paper) -> etree._Element:
    """The XML of a paper, to be changed."""
    return etree.fromstring(cii.write(made))


def find(root: etree._Element, path: str) -> list[etree._Element]:
    """The elements at an XPath with the prefixes ram, rsm, udt and qdt; at least one."""
    found = root.xpath(path, namespaces=NAMES)
    assert isinstance(found, list)
    assert found, f"nothing at {path}"
    return [element for element in found if isinstance(element, etree._Element)]


def leaf_texts(root: etree._Element) -> list[etree._Element]:
    """The elements that say something themselves."""
    return [element for element in root.iter() if not len(element)]


def of_figures(figures: Figures, sold: Mapping[int, tuple[int, Decimal]], **changes: object) -> Paper:
    """A German paper over these figures; `sold` has quantity and unit price of each line by its id."""
    lines = tuple(
        PaperLine(
            position=position,
            is_charge=each.is_charge,
            key="shipping" if each.is_charge else str(each.id),
            description=f"Flyer {each.id}",
            details=(),
            quantity=sold[each.id][0],
            unit_price=sold[each.id][1],
            price_net=each.gross_price,
            allowances=tuple(Allowance(less.amount, less.reason, less.complaint) for less in each.reductions),
            net=each.net,
            vat_rate=each.key.rate,
            vat_category=each.key.category,
            vat_exemption=each.key.exemption or None,
        )
        for position, each in enumerate(figures.lines, 1)
    )
    taxes = tuple(
        PaperTax(key.category, key.rate, row.base, row.tax, key.exemption or None) for key, row in figures.taxes.items()
    )
    totals = {"net": figures.net, "tax": figures.tax, "gross": figures.gross, "prepaid": 0}
    return german(lines, **{"taxes": taxes, **totals, "due_date": DUE, **changes})


TAKES_BACK: Mapping[str, object] = {
    "kind": PaperKind.REVERSAL,
    "number": "ST-2026-000003",
    "refers_to": Reference("RE-2026-000007", date(2026, 3, 9)),
    "reason": "Storniert",
    "issue_date": date(2026, 3, 12),
    "due_date": None,
}
