"""The e-invoice of a paper: conforming for every kind of paper, and saying what the standard asks for where it asks."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import papers
import pytest
from cii_papers import CATEGORIES, COMPLAINT, INVOICE, METHODS, SHAPES, WORDS, every_paper, one

from partnershop.documents import cii
from partnershop.documents.cii import schema
from partnershop.documents.cii.invoice import Invoice
from partnershop.documents.paper import Paper, PaperKind
from partnershop.documents.words import notes
from partnershop.documents.words.wording import ITALIAN

REVERSAL, REDUCED = PaperKind.REVERSAL, PaperKind.REDUCED_INVOICE


def read(paper: Paper) -> Invoice:
    return cii.read(cii.write(paper))


def conforming(paper: Paper) -> Invoice:
    xml = cii.write(paper)
    found = schema.validate(xml)
    assert (found.breaches, found.warnings) == ([], [])
    return cii.read(xml)


@pytest.mark.parametrize("kind", PaperKind)
@pytest.mark.parametrize("language", ["it", "de", "en"])
@pytest.mark.parametrize("method", METHODS)
def test_every_paper_conforms_to_the_standard(kind: PaperKind, language: str, method: str) -> None:
    for category in CATEGORIES:
        for shape in SHAPES:
            paper = one(kind, language, method, category, shape)
            invoice = conforming(paper)
            assert (invoice.empty, invoice.unread, invoice.not_numbers, invoice.not_dates) == ((), (), (), ())
            assert invoice.profile == "urn:cen.eu:en16931:2017"
            assert all(figure.value >= 0 for figure in invoice.figures)


@pytest.mark.parametrize("shape", SHAPES)
def test_figures_are_those_of_the_paper(shape: str) -> None:
    paper = one(REDUCED, shape=shape)
    invoice = read(paper)
    places = 0 if shape == "yen" else 2
    first, shipping = paper.lines
    assert invoice.lines[0].quantity == first.quantity
    assert invoice.lines[0].price == first.unit_price
    assert invoice.lines[0].net == Decimal(first.net).scaleb(-places)
    assert invoice.totals.charges == Decimal(shipping.net).scaleb(-places)
    assert invoice.totals.gross == Decimal(paper.gross).scaleb(-places)
    amounts = [figure.value for figure in invoice.figures if figure.unit.value == "amount"]
    assert {amount.as_tuple().exponent for amount in amounts} == {-places}


def test_an_invoice_is_380_with_its_number_dates_order_and_customer() -> None:
    invoice = read(one())
    assert (invoice.number, invoice.type_code, invoice.issue_date) == ("FT-2026-000012", "380", date(2026, 3, 9))
    assert (invoice.order, invoice.buyer_reference) == ("A-1001", "K-17")
    assert (invoice.delivery_date, invoice.preceding, invoice.notes) == (date(2026, 3, 7), (), ())


TAKES_BACK = {
    "it": (
        "Nota di credito (art. 26 DPR 633/72) a storno della fattura n. FT-2026-000012 del 09/03/2026, "
        "per le posizioni qui elencate."
    ),
    "de": "Stornorechnung zu Rechnung FT-2026-000012 vom 09.03.2026 über die hier aufgeführten Positionen.",
    "en": "Reversal invoice (credit note) for invoice FT-2026-000012 of 9 Mar 2026, over the lines listed here.",
}


@pytest.mark.parametrize("language", TAKES_BACK)
def test_a_reversal_is_381_and_names_what_it_takes_back_and_why(language: str) -> None:
    invoice = read(one(REVERSAL, language))
    assert invoice.type_code == "381"
    assert [(earlier.number, earlier.issue_date) for earlier in invoice.preceding] == [
        (INVOICE.number, INVOICE.issue_date)
    ]
    assert invoice.notes[0] == TAKES_BACK[language]
    assert invoice.notes[1].endswith(": Annullato dal cliente")
    assert invoice.lines[0].note and INVOICE.number in invoice.lines[0].note and "2" in invoice.lines[0].note


def test_no_reversal_in_german_speaks_of_a_gutschrift() -> None:
    for method in METHODS:
        assert b"utschrift" not in cii.write(one(REVERSAL, "de", method))


@pytest.mark.parametrize("method", METHODS)
def test_a_reversal_names_no_account_and_says_how_the_money_comes_back(method: str) -> None:
    paper = one(REVERSAL, method=method)
    invoice = read(paper)
    assert [means.account for means in invoice.means] == [None]
    assert paper.seller.iban and paper.seller.iban.encode() not in cii.write(paper)
    assert invoice.terms and "rimbors" in invoice.terms
    assert invoice.due_date is None


def test_a_reduced_invoice_names_the_invoice_it_replaces_and_the_reversal() -> None:
    invoice = read(one(REDUCED))
    assert invoice.type_code == "380"
    assert [(earlier.number, earlier.issue_date) for earlier in invoice.preceding] == [
        (INVOICE.number, INVOICE.issue_date)
    ]
    assert "NC-2026-000003" in invoice.notes[0]
    assert "12/03/2026" in invoice.notes[0]
    (allowance,) = invoice.lines[0].adjustments
    assert (allowance.amount, allowance.base, allowance.percent) == (Decimal("12.48"), Decimal("49.90"), Decimal(25))
    assert (allowance.code, allowance.reason, allowance.is_charge) == ("65", "Colori sbiaditi", False)
    assert invoice.lines[0].price == Decimal("49.90")


def test_an_allowance_has_base_and_percentage_only_together() -> None:
    allowances = (replace(COMPLAINT, base=None), replace(COMPLAINT, percent=None, amount=100))
    for allowance in read(papers.paper((papers.line(1, allowances=allowances),))).lines[0].adjustments:
        assert (allowance.base, allowance.percent) == (None, None)


@pytest.mark.parametrize(
    ("method", "currency", "code", "has_account"),
    [
        ("invoice", "EUR", "58", True),
        ("advance", "EUR", "58", True),
        ("invoice", "GBP", "30", True),
        ("card", "EUR", "48", False),
        ("paypal", "EUR", "68", False),
    ],
)
def test_means_of_payment(method: str, currency: str, code: str, *, has_account: bool) -> None:
    paper = replace(papers.paper(payment_method=method), currency=currency)
    (means,) = conforming(paper).means
    assert means.code == code
    assert means.account == (paper.seller.iban if has_account else None)


def test_a_transfer_without_an_account_is_a_means_that_is_not_defined() -> None:
    paper = papers.paper(seller=replace(papers.AURORA, iban=None))
    assert [means.code for means in conforming(paper).means] == ["1"]


def test_an_account_is_written_without_blanks() -> None:
    paper = papers.paper(seller=replace(papers.AURORA, iban="it60 X054 2811 1010 0000 0123 456"))
    assert read(paper).means[0].account == papers.AURORA.iban


def test_what_is_due_has_a_day_or_terms_and_what_is_paid_says_so() -> None:
    due = conforming(papers.paper(due_date=date(2026, 3, 23), prepaid=1000))
    assert due.due_date == date(2026, 3, 23)
    assert due.terms and "23/03/2026" in due.terms
    assert due.totals.prepaid == Decimal("10.00")
    open_card = conforming(papers.paper(payment_method="card"))
    assert (open_card.due_date, open_card.terms) == (None, "Da pagare subito: Carta di pagamento.")
    paid = conforming(papers.german())
    assert (paid.due_date, paid.totals.due) == (None, Decimal("0.00"))
    assert paid.terms == "Der Betrag ist bereits bezahlt; es ist nichts mehr zu zahlen."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"expected_delivery": date(2026, 3, 20)}, "voraussichtlicher Liefertermin: 20.03.2026"),
        ({"prepaid": 100}, "Vorauszahlung"),
        ({"prepaid": 0}, "die Lieferung folgt"),
    ],
)
def test_an_invoice_before_the_goods_says_so(changes: dict[str, object], sentence: str) -> None:
    invoice = conforming(replace(papers.german(delivery_date=None, prepaid=0), **changes))  # type: ignore[arg-type]
    assert sentence in invoice.notes[0]
    assert invoice.delivery_date is None
    assert invoice.deliver_to and invoice.deliver_to.country == "IT"


@pytest.mark.parametrize(
    ("category", "code"),
    [("S", None), ("Z", None), ("E", None), ("AE", "VATEX-EU-AE"), ("K", "VATEX-EU-IC"), ("G", "VATEX-EU-G"),
     ("O", "VATEX-EU-O")],
)  # fmt: skip
def test_why_no_vat_is_charged(category: str, code: str | None) -> None:
    (row,) = read(one(category=category)).taxes
    assert (row.category, row.reason_code) == (category, code)
    law = ITALIAN.categories.get(category)
    more = {**WORDS, "E": "art. 10 DPR 633/72", "AE": ""}.get(category)
    assert row.reason == (None if more is None else f"{law}: {more}" if more else law)


def test_the_words_of_the_law_are_not_said_twice() -> None:
    own = "Inversione Contabile, art. 17 DPR 633/72"
    assert notes.exemption("AE", own, "it") == own
    assert notes.exemption("AE", None, "de") == "Steuerschuldnerschaft des Leistungsempfängers"


@pytest.mark.parametrize(
    ("category", "own", "said"),
    [
        ("AE", "reverse charge", "Steuerschuldnerschaft des Leistungsempfängers"),
        ("AE", "INVERSIONE CONTABILE.", "Steuerschuldnerschaft des Leistungsempfängers"),
        ("AE", "Reverse-Charge (§ 13b UStG)", "Steuerschuldnerschaft des Leistungsempfängers: § 13b UStG"),
        ("K", "intra-community supply", "Steuerfreie innergemeinschaftliche Lieferung"),
        ("G", "Steuerfreie Ausfuhrlieferung, § 6 UStG", "Steuerfreie Ausfuhrlieferung, § 6 UStG"),
        ("E", "Esente art. 10 DPR 633/72", "Steuerfrei: art. 10 DPR 633/72"),
        ("E", "Esenzione per i libri", "Steuerfrei: Esenzione per i libri"),
        ("G", "Exporte in die Schweiz", "Steuerfreie Ausfuhrlieferung: Exporte in die Schweiz"),
    ],
)
def test_a_shop_that_only_repeats_the_category_is_not_quoted(category: str, own: str, said: str) -> None:
    assert notes.exemption(category, own, "de") == said


def test_rows_that_differ_in_their_words_alone_are_one() -> None:
    lines = (
        papers.line(1, rate="0", vat_exemption="Art. 10 n. 1"),
        papers.line(2, rate="0", vat_exemption="Art. 10 n. 2"),
        papers.line(3),
    )
    exempt, standard = sorted(conforming(papers.paper(lines)).taxes, key=lambda row: row.category or "")
    assert (exempt.base, exempt.reason) == (Decimal("99.80"), "Operazione esente: Art. 10 n. 1; Art. 10 n. 2")
    assert standard.base == Decimal("49.90")


@pytest.mark.parametrize(
    ("key", "code"),
    [("shipping", "FC"), ("EXPRESS-SHIPPING", "FC"), ("spedizione", "FC"), ("versand-eu", "FC"), ("data-check", "SAA"),
     ("postcard-setup", "SAA")],
)  # fmt: skip
def test_charges_have_their_code_and_words(key: str, code: str) -> None:
    paper = papers.paper((papers.line(1), replace(papers.charge(2), key=key)))
    (charge,) = conforming(paper).adjustments
    assert (charge.code, charge.reason, charge.is_charge) == (code, "Spedizione", True)
    assert (charge.category, charge.rate, charge.amount) == ("S", Decimal(22), Decimal("7.90"))


def test_rates_and_prices_are_written_alike_however_the_database_gives_them() -> None:
    plain = papers.line(1, "100.00", rate="20")
    stored = replace(plain, unit_price=Decimal("100.0000"), vat_rate=Decimal("20.00"))
    assert cii.write(papers.paper((plain,))) == cii.write(papers.paper((stored,)))
    assert b">20</ram:RateApplicablePercent>" in cii.write(papers.paper((stored,)))


HOSTILE = "<b>\x00\x1b\u202e\u200bA&B \ud800]]>\ufffe '\"" + "x" * 10_000 + "\n&#x0; 🦊"


def test_text_of_strangers_is_text() -> None:
    line = papers.line(1, description=HOSTILE, details=(HOSTILE, "\u202e"))
    buyer = replace(papers.CHIARA, name=HOSTILE, company="\u200b", street=HOSTILE, number="\x07")
    invoice = conforming(papers.paper((line,), buyer=buyer, order=HOSTILE))
    shown = "<b>A&B ]]> '\"" + "x" * 10_000 + " &#x0; 🦊"
    assert invoice.lines[0].name == shown
    assert (invoice.buyer.name, invoice.buyer.contact) == (shown, None)
    assert (invoice.buyer_reference, invoice.empty) == (None, ())


def test_a_paper_without_a_line_is_written_and_refused() -> None:
    found = schema.breaches(cii.write(papers.paper((papers.charge(1),))))
    assert [breach.rule for breach in found] == ["XSD"]


def test_the_same_paper_is_the_same_bytes_in_another_process_zone_and_hash_seed() -> None:
    here = hashlib.sha256(b"".join(cii.write(paper) for paper in every_paper())).hexdigest()
    program = (
        "import hashlib\nfrom cii_papers import every_paper\nfrom partnershop.documents import cii\n"
        "print(hashlib.sha256(b''.join(cii.write(paper) for paper in every_paper())).hexdigest())"
    )
    for seed, zone in (("1", "Pacific/Kiritimati"), ("4711", "America/Adak")):
        environment = {
            **os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C", "PYTHONPATH": str(Path(__file__).parent),
        }  # fmt: skip
        there = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True).stdout
        assert there.decode().strip() == here


def test_the_xml_is_laid_out_for_eyes_and_declares_its_encoding() -> None:
    xml = cii.write(one())
    assert xml.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<rsm:CrossIndustryInvoice ")
    assert b"\n  <rsm:ExchangedDocument>\n    <ram:ID>FT-2026-000012</ram:ID>\n" in xml
    assert b"DOCTYPE" not in xml
