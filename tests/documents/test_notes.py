"""The sentences that page and e-invoice share: in each language, where they belong, and nowhere else."""

from dataclasses import replace
from datetime import date

import papers
import pytest

from partnershop.documents.paper import ForSdi, PaperKind
from partnershop.documents.words import notes

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
    assert "633/72" in (notes.correction(replace(german, seller=papers.AURORA, language="en")) or "")


def test_only_a_line_of_a_reversal_says_which_line_it_takes_back() -> None:
    reversal = papers.reversal()
    line = replace(reversal.lines[0], origin_position=2)
    assert notes.origin(line, reversal) == "Position 2 der Rechnung RE-2026-000007"
    assert notes.origin(reversal.lines[0], reversal) is None
    assert notes.origin(line, replace(reversal, kind=PaperKind.INVOICE)) is None


def test_a_language_that_papers_do_not_speak_is_english() -> None:
    assert notes.correction(papers.reversal(language="fr")) == notes.correction(papers.reversal(language="en"))
