"""Papers to print in tests and to look at: every kind, language and length, with figures that add up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from partnershop.documents.paper import Allowance, Paper, PaperKind, PaperLine, PaperTax, Party, Reference
from partnershop.gateways.ticket import Feature, Ticket

AURORA = Party(
    name="Tipografia Aurora S.r.l.",
    street="Via dei Torchi 12",
    postcode="40126",
    city="Bologna",
    country="IT",
    province="BO",
    vat_id="IT98765430214",
    tax_code="98765430214",
    email="fatture@aurora.example",
    iban="IT60X0542811101000000123456",
)
CHIARA = Party(
    name="Chiara Conti",
    street="Via Larga 1",
    postcode="20122",
    city="Milano",
    country="IT",
    province="MI",
    company="Studio Conti & Figli S.n.c.",
    vat_id="IT12345670017",
    tax_code="12345670017",
    email="chiara@customers.example",
    number="K-17",
)
GUTENDRUCK = Party(
    name="Gutendruck GmbH",
    street="Setzkastenweg 3",
    postcode="55116",
    city="Mainz",
    country="DE",
    vat_id="DE136695976",
    tax_code="26/650/12345",
    email="rechnung@gutendruck.example",
    iban="DE89370400440532013000",
)
LONG_NAMES = Party(
    name="Dr.-Ing. Friederike Adelheid Müller-Lüdenscheidt von und zu Großräschen-Weißenfels",
    company="Vereinigte Süddeutsche Überlandwerke und Gemüsegroßhandelsgesellschaft mit beschränkter Haftung & Co. KG",
    street="Straße des siebzehnten Juni 1234 a, Hinterhof, Aufgang 7, 14. Stock rechts",
    postcode="09456",
    city="Mildenau-Ölbronn-Dürrn bei Sankt Georgen im Schwarzwald",
    country="AT",
    number="K-4711",
)
TASKS = {"it": "Volantini A6", "de": "Flyer A6, beidseitig", "en": "A6 flyers"}
DETAILS = {
    "it": ("Formato: A6", "Carta: patinata lucida 135 g/m²", "Colori: 4/4", "Tiratura: 1.000"),
    "de": ("Format: A6", "Papier: Bilderdruck glänzend 135 g/m²", "Farben: 4/4", "Auflage: 1.000"),
    "en": ("Format: A6", "Paper: gloss coated 135 gsm", "Colours: 4/4", "Print run: 1,000"),
}


def line(
    position: int,
    unit_price: str = "49.90",
    *,
    quantity: int = 1,
    rate: str = "22",
    language: str = "it",
    allowances: Sequence[Allowance] = (),
    **changes: object,
) -> PaperLine:
    """An item of a two-decimal currency; its price is quantity x unit price rounded, its net less the allowances."""
    price = _cents(quantity * Decimal(unit_price))
    made = PaperLine(
        position=position,
        is_charge=False,
        key=str(position),
        description=TASKS[language],
        details=DETAILS[language],
        quantity=quantity,
        unit_price=Decimal(unit_price),
        price_net=price,
        allowances=tuple(allowances),
        net=price - sum(allowance.amount for allowance in allowances),
        vat_rate=Decimal(rate),
        vat_category="S" if Decimal(rate) else "E",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # a test names fields of PaperLine


def charge(position: int, amount: str = "7.90", rate: str = "22", description: str = "Spedizione") -> PaperLine:
    """A charge of the order, such as shipping."""
    return line(position, amount, rate=rate, is_charge=True, key="shipping", description=description, details=())


def paper(lines: Sequence[PaperLine] = (), **changes: object) -> Paper:
    """An Italian invoice over `lines` (else one item and shipping), unpaid, with its taxes and totals."""
    lines = tuple(lines) or (line(1), charge(2))
    taxes = _taxes(lines)
    net, tax = sum(row.base for row in taxes), sum(row.tax for row in taxes)
    made = Paper(
        kind=PaperKind.INVOICE,
        number="FT-2026-000012",
        issue_date=date(2026, 3, 9),
        currency="EUR",
        language="it",
        seller=AURORA,
        buyer=CHIARA,
        order="A-1001",
        order_date=date(2026, 3, 2),
        delivery_date=date(2026, 3, 7),
        payment_method="invoice",
        lines=lines,
        taxes=taxes,
        net=net,
        tax=tax,
        gross=net + tax,
        prepaid=0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # a test names fields of Paper


def many(count: int, language: str = "it", rate: str = "22") -> tuple[PaperLine, ...]:
    """`count` lines with growing prices, each findable by its description."""
    return tuple(
        line(position, str(Decimal("12.345") + position), quantity=position % 7 + 1, rate=rate, language=language,
             description=f"{TASKS[language]} n{position:03d}")
        for position in range(1, count + 1)
    )  # fmt: skip


def german(lines: Sequence[PaperLine] = (), **changes: object) -> Paper:
    """A German invoice paid by card."""
    lines = lines or (line(1, rate="19", language="de"), charge(2, rate="19", description="Versand"))
    given = {"language": "de", "seller": GUTENDRUCK, "number": "RE-2026-000007", "payment_method": "card", **changes}
    made = paper(lines, **given)
    return replace(made, prepaid=made.gross) if "prepaid" not in changes else made


def reversal(**changes: object) -> Paper:
    """A reversal of one line of the German invoice, paid by card."""
    given = {
        "kind": PaperKind.REVERSAL,
        "number": "ST-2026-000003",
        "refers_to": Reference("RE-2026-000007", date(2026, 3, 9)),
        "reason": "Die Druckdaten fehlen",
        "issue_date": date(2026, 3, 12),
        "prepaid": 0,
        **changes,
    }
    return german((line(1, rate="19", language="de"),), **given)


def reduced(**changes: object) -> Paper:
    """An Italian reduced invoice whose first line carries two complaints."""
    allowances = (
        Allowance(1200, "Colori sbiaditi", "R-17"),
        Allowance(250, "Taglio storto su 30 copie", "R-18"),
    )
    given = {
        "kind": PaperKind.REDUCED_INVOICE,
        "number": "FT-2026-000013",
        "refers_to": Reference("FT-2026-000012", date(2026, 3, 9)),
        "reversed_by": Reference("NC-2026-000003", date(2026, 3, 12)),
        "reason": "Reclamo R-18 accolto: taglio storto su 30 copie",
        "issue_date": date(2026, 3, 12),
        **changes,
    }
    return paper((line(1, allowances=allowances), line(2, "85.00"), charge(3)), **given)


def _cents(amount: Decimal) -> int:
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _taxes(lines: Sequence[PaperLine]) -> tuple[PaperTax, ...]:
    bases: dict[tuple[str, Decimal, str | None], int] = {}
    for row in lines:
        key = (row.vat_category, row.vat_rate, row.vat_exemption)
        bases[key] = bases.get(key, 0) + row.net
    return tuple(
        PaperTax(category, rate, base, _cents(base * rate / 10000), exemption)
        for (category, rate, exemption), base in sorted(bases.items(), key=lambda item: -item[0][1])
    )


def ticket(features: Sequence[Feature] = (), **changes: object) -> Ticket:
    """A German job ticket over 1.000 flyers, or with the given features."""
    made = Ticket(
        key="gutendruck.A-1001.1",
        shop="gutendruck",
        shop_name="Gutendruck GmbH",
        language="de",
        order="A-1001",
        item="1",
        product="flyer",
        product_name="Flyer",
        description="Flyer A6, beidseitig bedruckt",
        copies=2,
        features=tuple(features)
        or (
            Feature("format", "a6", "Format", "A6 (105 × 148 mm)"),
            Feature("paper", "gloss-135", "Papier", "Bilderdruck glänzend 135 g/m²"),
            Feature("colours", "4-4", "Farben", "beidseitig vierfarbig (4/4)"),
            Feature("finishing", "none", "Veredelung", "keine"),
            Feature("quantity", "1000", "Auflage", "1.000 Stück"),
            Feature("data-check", "basic", "Datenprüfung", "Basis"),
        ),
        due_date=date(2026, 3, 12),
        address="http://127.0.0.1:8080/shops/gutendruck/orders/A-1001/items/1",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # a test names fields of Ticket
