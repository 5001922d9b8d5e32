"""Reversals and reduced invoices: what they take back or replace, why, and the old price."""

import io
from dataclasses import replace
from datetime import date

import pytest
from papers import AURORA, line, paper, reduced, reversal
from pypdf import PdfReader
from reading import text

from partnershop.documents.paper import PaperKind, Reference
from partnershop.documents.render import html, render


def test_a_reversal_says_which_invoice_it_takes_back_and_why() -> None:
    printed = text(render(reversal()))
    assert "Stornorechnung ST-2026-000003" in printed
    assert "Stornorechnung zu Rechnung RE-2026-000007 vom 09.03.2026" in printed
    assert "Grund: Die Druckdaten fehlen" in printed
    assert "Stornierter Betrag 59,38 EUR" in printed
    assert "Gutschrift" not in printed


def test_amounts_of_a_reversal_are_positive() -> None:
    printed = text(render(reversal()))
    assert "\u2212" not in printed and "-59" not in printed and "-49" not in printed


@pytest.mark.parametrize("method", ["card", "paypal", "advance", "invoice", "cheque"])
def test_a_reversal_says_how_money_comes_back_and_asks_for_none(method: str) -> None:
    made = reversal(payment_method=method)
    printed = text(render(made))
    assert "zurückerstattet" in printed
    assert "DE89" not in printed and made.seller.iban is not None
    assert "Zu zahlen" not in printed and "überweisen Sie" not in printed


@pytest.mark.parametrize(
    ("language", "expected", "words"),
    [
        ("de", None, "Bei Ausstellung der Rechnung RE-2026-000007 war noch nicht geliefert."),
        ("de", date(2026, 3, 20), "war noch nicht geliefert; voraussichtlicher Liefertermin war 20.03.2026."),
        ("it", date(2026, 3, 20), "è stata emessa prima della consegna, prevista per il 20/03/2026."),
        ("en", date(2026, 3, 20), "nothing had been delivered yet; delivery was expected on 20 Mar 2026."),
    ],
)
def test_a_reversal_of_an_invoice_before_the_goods_says_so(language: str, expected: date | None, words: str) -> None:
    printed = text(render(reversal(language=language, delivery_date=None, expected_delivery=expected)))
    assert words in printed
    assert "Lieferung folgt" not in printed


@pytest.mark.parametrize(
    ("language", "title", "sentence"),
    [
        ("it", "Nota di credito NC-1", "Nota di credito a storno della fattura n. FT-1 del 09/03/2026"),
        ("de", "Stornorechnung NC-1", "Stornorechnung zu Rechnung FT-1 vom 09.03.2026"),
        ("en", "Reversal invoice (credit note) NC-1", "for invoice FT-1 of 9 Mar 2026"),
    ],
)
def test_the_reversal_in_three_languages(language: str, title: str, sentence: str) -> None:
    reference = Reference("FT-1", reduced().refers_to.issue_date)  # type: ignore[union-attr]
    printed = text(render(reversal(language=language, number="NC-1", refers_to=reference)))
    assert title in printed
    assert sentence in printed


def test_the_nota_di_credito_of_an_italian_seller_names_its_law() -> None:
    printed = text(render(reversal(language="it", seller=AURORA)))
    assert "Nota di credito (art. 26 DPR 633/72) a storno della fattura n. RE-2026-000007 del 09/03/2026" in printed


@pytest.mark.parametrize(
    ("language", "title"),
    [("it", "Fattura con importo ridotto"), ("de", "Reduzierte Rechnung"), ("en", "Reduced invoice")],
)
def test_a_reduced_invoice_names_what_it_replaces(language: str, title: str) -> None:
    printed = text(render(reduced(language=language)))
    assert f"{title} FT-2026-000013" in printed
    assert "FT-2026-000012" in printed and "NC-2026-000003" in printed
    assert "Reclamo R-18 accolto" in printed


def test_the_old_price_stays_visible() -> None:
    printed = text(render(reduced()))
    for wanted in (
        "1 49,90 22% 49,90",
        "Riduzione, reclamo R-17: Colori sbiaditi \u221212,00",
        "Riduzione, reclamo R-18: Taglio storto su 30 copie \u22122,50",
        "Imponibile dopo la riduzione 35,40",
        "2 Volantini A6",
    ):
        assert wanted in printed, wanted


def test_the_old_price_is_struck_through_and_the_new_one_is_not() -> None:
    page = html(reduced())
    assert "<s>49,90</s>" in page
    assert "<s>35,40</s>" not in page
    assert html(paper((line(1),))).count("<s>") == 0


def test_a_replacement_without_its_reversal_still_names_the_invoice() -> None:
    printed = text(render(replace(reduced(), reversed_by=None)))
    assert "Sostituisce la fattura n. FT-2026-000012 del 09/03/2026." in printed


def test_the_title_of_the_file_is_the_title_of_the_paper() -> None:
    information = PdfReader(io.BytesIO(render(reversal()))).metadata
    assert information is not None
    assert information.title == "Stornorechnung ST-2026-000003"
    assert information.author == "Gutendruck GmbH"
    assert reversal().kind is PaperKind.REVERSAL
