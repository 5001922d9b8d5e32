"""What stands on an invoice: everything VAT Directive art. 226 asks for, in the customer's language and format."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from papers import AURORA, CHIARA, GUTENDRUCK, charge, german, line, many, paper
from reading import said, text

from partnershop.documents.paper import ForSdi, Identifier
from partnershop.documents.render import render


def test_an_italian_invoice_says_all_the_law_wants() -> None:
    printed = text(render(paper()))
    for wanted in (
        "Fattura FT-2026-000012",
        "Data 09/03/2026",
        "Data di consegna 07/03/2026",
        "Ordine A-1001",
        "Data dell'ordine 02/03/2026",
        "Tipografia Aurora S.r.l.",
        "Via dei Torchi 12",
        "40126 Bologna BO",
        "Partita IVA IT98765430214",
        "Codice fiscale 98765430214",
        "Studio Conti & Figli S.n.c. Chiara Conti Via Larga 1 20122 Milano MI",
        "Vostra partita IVA IT12345670017",
        "Vostro codice fiscale 12345670017",
        "Cliente n. K-17",
        "1 Volantini A6",
        "Carta: patinata lucida 135 g/m² · Colori: 4/4",
        "1 49,90 22% 49,90",
        "2 Spedizione 1 7,90 22% 7,90",
        "22% 57,80 12,72",
        "Totale imponibile 57,80 EUR",
        "Totale IVA 12,72 EUR",
        "Totale fattura 70,52 EUR",
        "Già pagato 0,00 EUR",
        "Importo da pagare 70,52 EUR",
        "Modalità di pagamento Bonifico su fattura",
        "Pagina 1 di 1",
    ):
        assert wanted in printed, wanted


def test_a_german_invoice_says_it_in_german() -> None:
    printed = text(render(german(buyer=replace(CHIARA, country="DE"))))
    for wanted in (
        "Rechnung RE-2026-000007",
        "Datum 09.03.2026",
        "Lieferdatum 07.03.2026",
        "Gutendruck GmbH",
        "USt-IdNr. DE136695976",
        "Steuernummer 26/650/12345",
        "1 49,90 19 % 49,90",
        "Rechnungsbetrag 68,78 EUR",
        "Bereits bezahlt 68,78 EUR",
        "Zu zahlen 0,00 EUR",
        "Zahlungsart Kartenzahlung",
        "Der Betrag ist bereits bezahlt",
        "Seite 1 von 1",
    ):
        assert wanted in printed, wanted


@pytest.mark.parametrize("language", ["en", "fr"])
def test_other_customers_get_english(language: str) -> None:
    lines = (line(1, "1234.5678", quantity=3, rate="20", language="en"), charge(2, "7.90", "20", "Shipping"))
    printed = text(render(paper(lines, language=language, currency="GBP", payment_method="paypal")))
    for wanted in (
        "Invoice FT-2026-000012",
        "Date of supply 7 Mar 2026",
        "3 1,234.5678 20% 3,703.70",
        "Net GBP",
        "20% 3,711.60 742.32",
        "Total GBP 4,453.92",
        "Amount due GBP 4,453.92",
        "Payment method PayPal",
        "Page 1 of 1",
    ):
        assert wanted in printed, wanted


def test_every_rate_and_every_reason_for_no_vat_stands_in_the_breakdown() -> None:
    words = "VAT Directive art. 196: the customer accounts for the VAT"
    lines = (
        line(1, "100.00", rate="22"),
        line(2, "50.00", rate="10"),
        line(3, "25.00", rate="4"),
        line(4, "12.50", rate="0", vat_category="AE", vat_exemption=words),
        line(5, "7.25", rate="0", vat_category="Z"),
    )
    printed = text(render(paper(lines, language="en")))
    for wanted in (
        "22% 100.00 22.00",
        "10% 50.00 5.00",
        "4% 25.00 1.00",
        f"0% 12.50 0.00 Reverse charge: {words}",
        "0% 7.25 0.00 Zero rated",
        "Total net EUR 194.75",
        "Total VAT EUR 28.00",
        "Total EUR 222.75",
    ):
        assert wanted in printed, wanted


@pytest.mark.parametrize(
    ("language", "category", "words"),
    [
        ("it", "AE", "Inversione contabile (art. 17 DPR 633/72)"),
        ("de", "AE", "Steuerschuldnerschaft des Leistungsempfängers (art. 17 DPR 633/72)"),
        ("en", "AE", "Reverse charge (art. 17 DPR 633/72)"),
        ("it", "K", "Cessione intracomunitaria non imponibile (art. 41 DL 331/93)"),
        ("de", "K", "Steuerfreie innergemeinschaftliche Lieferung (art. 41 DL 331/93)"),
        ("it", "G", "Cessione all'esportazione non imponibile (art. 8 DPR 633/72)"),
        ("it", "E", "Operazione esente (art. 10 DPR 633/72)"),
        ("it", "O", "Operazione non soggetta a IVA (artt. 7-7-septies DPR 633/72)"),
    ],
)
def test_without_vat_it_says_why_in_the_words_of_the_law(language: str, category: str, words: str) -> None:
    """The words are in the customer's language, the law is that of the seller's country."""
    made = paper((line(1, rate="0", vat_category=category),), language=language)
    assert words in said(made)


@pytest.mark.parametrize(
    ("country", "category", "words"),
    [
        ("DE", "K", "Steuerfreie innergemeinschaftliche Lieferung (§ 4 Nr. 1 Buchst. b, § 6a UStG)"),
        ("DE", "G", "Steuerfreie Ausfuhrlieferung (§ 4 Nr. 1 Buchst. a, § 6 UStG)"),
        ("DE", "O", "Nicht steuerbar (§ 3a UStG)"),
        ("FR", "K", "Steuerfreie innergemeinschaftliche Lieferung (art. 138 Richtlinie 2006/112/EG)"),
    ],
)
def test_each_seller_names_the_law_of_its_country(country: str, category: str, words: str) -> None:
    seller = replace(GUTENDRUCK, country=country)
    printed = said(german((line(1, rate="0", vat_category=category),), seller=seller))
    assert words in printed


def test_a_seller_whose_law_is_not_known_still_says_why() -> None:
    made = german((line(1, rate="0", vat_category="G"),), seller=replace(GUTENDRUCK, country="CH"))
    assert "Steuerfreie Ausfuhrlieferung Summe netto" in said(made)


def test_the_law_that_a_paper_names_itself_is_the_only_one() -> None:
    made = paper((line(1, rate="0", vat_category="E", vat_exemption="art. 10, n. 18, DPR 633/72"),))
    assert "Operazione esente: art. 10, n. 18, DPR 633/72 Totale" in said(made)


def test_outside_the_scope_of_vat_there_is_no_rate_and_no_vat_id() -> None:
    printed = said(paper((line(1, rate="0", vat_category="O"),)))
    assert "1 49,90 – 49,90" in printed and "– 49,90 0,00" in printed
    assert "0%" not in printed
    assert "artita IVA" not in printed and "IT98765430214" not in printed and "IT12345670017" not in printed
    assert "Codice fiscale 98765430214" in printed


@pytest.mark.parametrize(
    ("expected", "prepaid", "words"),
    [
        (None, 0, "Rechnung vor der Lieferung; die Lieferung folgt."),
        (date(2026, 3, 20), 0, "Rechnung vor der Lieferung; voraussichtlicher Liefertermin: 20.03.2026."),
        (None, 6878, "Rechnung über eine Vorauszahlung (§ 14 Abs. 5 UStG); die Lieferung folgt."),
        (date(2026, 3, 20), 6878, "Vorauszahlung (§ 14 Abs. 5 UStG); voraussichtlicher Liefertermin: 20.03.2026."),
    ],
)
def test_an_invoice_before_the_goods_says_so(expected: date | None, prepaid: int, words: str) -> None:
    printed = said(german(delivery_date=None, expected_delivery=expected, prepaid=prepaid))
    assert words in printed
    assert "Lieferdatum" not in printed


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("it", "Fattura per un pagamento anticipato (art. 6 DPR 633/72); consegna prevista per il 20/03/2026."),
        ("en", "Invoice for a payment in advance (art. 6 DPR 633/72); delivery is expected on 20 Mar 2026."),
    ],
)
def test_a_prepayment_names_the_law_of_the_seller(language: str, words: str) -> None:
    made = paper(language=language, delivery_date=None, expected_delivery=date(2026, 3, 20), prepaid=7052)
    assert words in said(made)


def test_after_the_delivery_no_invoice_speaks_of_what_is_to_come() -> None:
    printed = said(paper(expected_delivery=date(2026, 3, 20), prepaid=7052))
    assert "20/03/2026" not in printed and "anticipato" not in printed


@pytest.mark.parametrize(
    ("language", "label", "sentence"),
    [
        ("it", "Scadenza 23/03/2026", "versare 70,52 EUR entro il 23/03/2026 sul conto"),
        ("de", "Zahlbar bis 23.03.2026", "überweisen Sie 70,52 EUR bis zum 23.03.2026 auf das Konto"),
        ("en", "Due by 23 Mar 2026", "transfer EUR 70.52 by 23 Mar 2026 to account"),
    ],
)
def test_where_something_is_due_it_says_by_when(language: str, label: str, sentence: str) -> None:
    printed = said(paper(language=language, due_date=date(2026, 3, 23)))
    assert label in printed and sentence in printed


def test_what_is_paid_is_due_on_no_day() -> None:
    printed = said(paper(due_date=date(2026, 3, 23), prepaid=7052))
    assert "Scadenza" not in printed and "23/03/2026" not in printed


def test_the_seller_names_its_register_entry_and_identifier() -> None:
    seller = replace(GUTENDRUCK, registration=Identifier("HRB 98765"), identifier=Identifier("4098765000010", "0088"))
    assert "Registereintrag HRB 98765 GLN 4098765000010 rechnung@" in said(german(seller=seller))
    odd = replace(seller, identifier=Identifier("X-1", "9999"))
    assert "Kennung X-1 rechnung@" in said(german(seller=odd))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("it", "Copia di cortesia, priva di valore fiscale: fa fede la fattura elettronica in formato XML"),
        ("de", "Kopie ohne steuerliche Geltung (copia di cortesia): maßgeblich ist die elektronische Rechnung"),
        ("en", "Courtesy copy without fiscal value: what counts is the electronic invoice in XML"),
    ],
)
def test_the_paper_of_an_italian_seller_is_a_courtesy_copy(language: str, words: str) -> None:
    sdi = ForSdi("IT98765430214_0000A", "RF01", {}, 200, "0000000")
    printed = said(paper(language=language, sdi=sdi))
    assert words in printed and "IT98765430214_0000A.xml" in printed
    assert ("DM 17 giugno 2014" in printed) == (language == "it")
    assert words not in said(paper(language=language))
    assert "2014" not in said(paper(language=language, sdi=replace(sdi, stamp_duty=0)))


@pytest.mark.parametrize(
    ("method", "prepaid", "named"),
    [
        ("invoice", 0, True),
        ("advance", 0, True),
        ("invoice", 5000, True),
        ("invoice", 7052, False),
        ("advance", 7052, False),
        ("card", 0, False),
        ("paypal", 0, False),
    ],
)
def test_the_account_is_named_only_where_something_is_to_be_transferred(method: str, prepaid: int, named: bool) -> None:
    printed = text(render(paper(payment_method=method, prepaid=prepaid)))
    assert ("IT60 X054 2811 1010 0000 0123 456" in printed) == named
    assert ("IT60" in printed) == named


def test_a_transfer_asks_for_what_is_still_due() -> None:
    printed = text(render(paper(prepaid=5000)))
    assert "Già pagato 50,00 EUR" in printed
    assert "Vi preghiamo di versare 20,52 EUR sul conto IT60" in printed
    assert "indicando il numero FT-2026-000012" in printed


def test_a_seller_without_an_account_still_asks_for_the_amount() -> None:
    printed = said(paper(seller=replace(AURORA, iban=None)))
    assert "Vi preghiamo di versare 70,52 EUR indicando il numero FT-2026-000012." in printed


def test_the_country_stands_in_the_address_only_abroad() -> None:
    assert "MILANO" not in text(render(paper())) and "ITALIEN" not in text(render(paper()))
    assert "20122 Milano MI ITALIEN" in text(render(german()))
    british = replace(CHIARA, country="GB", city="Manchester", province=None, postcode="M1 1AA")
    assert "Via Larga 1 Manchester M1 1AA REGNO UNITO" in text(render(paper(buyer=british)))


def test_what_a_buyer_does_not_have_leaves_no_empty_label() -> None:
    bare = replace(CHIARA, company=None, vat_id=None, tax_code=None, number=None, province=None)
    printed = said(paper(buyer=bare))
    assert "Vostr" not in printed and "Cliente" not in printed
    assert "None" not in printed


def test_every_figure_of_a_long_invoice_is_printed() -> None:
    made = paper(many(120))
    printed = text(render(made))
    for row in made.lines:
        net = f"{Decimal(row.net).scaleb(-2):,.2f}".translate(str.maketrans(",.", ".,"))
        assert f"n{row.position:03d}" in printed
        assert net in printed


def test_no_seller_is_assumed() -> None:
    assert "Gutendruck" not in text(render(paper()))
    assert GUTENDRUCK.name in text(render(german()))
