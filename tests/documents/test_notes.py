"""The sentences that page and e-invoice share: in each language, where they belong, and nowhere else."""

from dataclasses import replace
from datetime import date

import papers
import pytest

from partnershop.documents import cii, fatturapa
from partnershop.documents.paper import Allowance, ForSdi, PaperKind
from partnershop.documents.view import view
from partnershop.documents.words import notes, reasons
from partnershop.documents.words.wording import wording

LANGUAGES = ("it", "de", "en")
SDI = ForSdi("IT98765430214_0000A", "RF01", {}, stamp_duty=200, recipient_code="0000000")


@pytest.mark.parametrize("language", LANGUAGES)
def test_stamp_duty_is_said_where_it_is_due_alone(language: str) -> None:
    due = notes.stamp_duty(papers.paper(language=language, sdi=SDI))
    assert due and "2014" in due
    assert notes.stamp_duty(papers.paper(language=language, sdi=replace(SDI, stamp_duty=0))) is None
    assert notes.stamp_duty(papers.paper(language=language)) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_filled_in(language: str) -> None:
    made = papers.paper(language=language, sdi=SDI, delivery_date=None, prepaid=1)
    for paper in (made, papers.reduced(language=language, sdi=SDI), papers.reversal(language=language)):
        for changes in ({}, {"due_date": date(2026, 3, 23)}, {"expected_delivery": date(2026, 3, 20)}):
            for method in ("invoice", "advance", "card", "paypal", "barter"):
                changed = replace(paper, payment_method=method, **changes)  # type: ignore[arg-type]
                said = (*notes.notes(changed), notes.payment_terms(changed), notes.money_back(changed))
                assert all(sentence and not {"{", "}"} & set(sentence) for sentence in said)


def test_only_sellers_in_italy_cite_its_law() -> None:
    german = papers.reversal(language="it")
    assert "633/72" not in (notes.correction(german) or "")
    for language in LANGUAGES:
        italian = replace(german, seller=papers.AURORA, language=language)
        assert "art. 26 DPR 633/72" in (notes.correction(italian) or "")


def test_only_a_line_of_a_reversal_says_which_line_it_takes_back() -> None:
    reversal = papers.reversal()
    line = replace(reversal.lines[0], origin_position=2)
    assert notes.origin(line, reversal) == "Position 2 der Rechnung RE-2026-000007"
    assert notes.origin(reversal.lines[0], reversal) is None
    assert notes.origin(line, replace(reversal, kind=PaperKind.INVOICE)) is None


def test_a_language_that_papers_do_not_speak_is_english() -> None:
    assert notes.correction(papers.reversal(language="fr")) == notes.correction(papers.reversal(language="en"))


@pytest.mark.parametrize(
    ("language", "paid", "nothing"),
    [
        ("it", "L'importo è già stato pagato: non resta nulla da pagare.", "Non c'è nulla da pagare."),
        ("de", "Der Betrag ist bereits bezahlt; es ist nichts mehr zu zahlen.", "Es ist nichts zu zahlen."),
        ("en", "The amount has been paid; nothing is due.", "There is nothing to pay."),
    ],
)
def test_only_what_was_paid_is_said_to_be_paid(language: str, paid: str, nothing: str) -> None:
    """Page and e-invoice say the same."""
    free = papers.paper((papers.line(1, "0.00"),), language=language)
    for made, words in ((replace(free, gross=100, prepaid=100), paid), (free, nothing)):
        assert notes.payment_terms(made) == words
        assert view(made).closing == (words,)


@pytest.mark.parametrize(
    ("code", "language", "words"),
    [
        ("print_defect", "de", "Druckfehler"),
        ("PRINT-DEFECT", "it", "difetto di stampa"),
        ("out_of_paper", "en", "the paper is not available"),
        ("customer_cancelled", "de", "auf Ihren Wunsch"),
        ("glue_cracked_17", "it", "glue cracked 17"),
        ("Carta sbagliata_2, e storta", "de", "Carta sbagliata_2, e storta"),
        ("Karl-Heinz", "de", "Karl-Heinz"),
    ],
)
def test_the_codes_of_machines_are_said_in_words(code: str, language: str, words: str) -> None:
    """The same on the page, in the e-invoice, in the FatturaPA, in mails."""
    allowance = Allowance(1200, code, "R-17")
    paper = papers.paper((papers.line(1, allowances=(allowance,)),), language=language, reason=code)
    assert notes.reason(paper) == f"{wording(language).reason}: {words}"
    assert f": {words}" in view(paper).lines[0].reductions[0].text
    assert cii.read(cii.write(paper)).lines[0].adjustments[0].reason == words


def test_the_fatturapa_says_them_in_italian() -> None:
    allowance = Allowance(1200, "print_defect", "R-17")
    paper = papers.paper((papers.line(1, allowances=(allowance,)),), language="de", sdi=SDI, reason="payment_missing")
    xml = fatturapa.write(paper).decode()
    assert "R-17: difetto di stampa" in xml and "Motivo: il pagamento non è arrivato" in xml


def test_every_code_has_words_in_each_language() -> None:
    meanings, same = reasons.MEANINGS, reasons.SAME
    assert set(same.values()) <= set(meanings) and not set(same) & set(meanings)
    for code in (*meanings, *same):
        assert len({reasons.in_words(code, language) for language in LANGUAGES}) == len(LANGUAGES), code


def test_a_vat_id_is_written_as_in_the_e_invoice() -> None:
    """Of Greece with EL, whatever the customer wrote."""
    seller, buyer = replace(papers.AURORA, vat_id="98765430214"), replace(papers.CHIARA, country="GR")
    paper = papers.paper(seller=seller, buyer=replace(buyer, vat_id="gr 094.259.216"))
    said = cii.read(cii.write(paper))
    shown = view(paper)
    assert ("Vostra partita IVA", "EL094259216") in shown.facts and said.buyer.vat_id == "EL094259216"
    assert "Partita IVA IT98765430214" in shown.legal[1] and said.seller.vat_id == "IT98765430214"
