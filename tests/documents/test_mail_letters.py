"""Letters: the words are there in three languages, both forms say the same, and no text becomes markup or a heading."""

import html
import re
import string
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers import AURORA, charge, line, paper

from partnershop.documents import mail_view
from partnershop.documents.mail_digest import DIGEST_WORDINGS, MOST, Section, digest
from partnershop.documents.mail_letter import Entry, Letter, html_of, text_of, unbroken
from partnershop.documents.mail_view import Addressed, Complained, Parcel, Settled
from partnershop.documents.paper import Paper, PaperKind, Reference
from partnershop.documents.words.mail_wording import ENGLISH, MAIL_WORDINGS
from partnershop.documents.words.wording import WORDINGS

OLD = Reference("FT-2026-000011", date(2026, 3, 8))
PAID = Settled(refunded=6088, owed=0, paid=6088)
HOSTILE = '"><script>alert(1)</script>\r\nBcc: x@y.example\u202e <img src=http://evil.example/x.png> {{7*7}} {order}'


def a_reversal(language: str = "en", **changes: object) -> Paper:
    made = paper((line(1, language=language), charge(2)), kind=PaperKind.REVERSAL, language=language)
    return replace(made, number="NC-1", refers_to=OLD, reason="customer_request", **changes)  # type: ignore[arg-type]


def addressed(language: str = "en", customer: str = "Chiara Conti") -> Addressed:
    return Addressed(language, AURORA, customer, "A-1001")


def letters(language: str) -> list[Letter]:
    """One of each kind."""
    taken = a_reversal(language)
    reduced = replace(taken, kind=PaperKind.REDUCED_INVOICE, number="FT-2", gross=taken.gross - 100)
    complained = Complained("RC-1", "Flyer", "colours are off")
    return [
        mail_view.invoice(replace(paper(), language=language)),
        mail_view.reversal(taken, PAID),
        mail_view.reduced_invoice(taken, reduced, complained, PAID),
        mail_view.complaint_rejected(addressed(language), complained, "as proofed"),
        mail_view.shipped(addressed(language), [Parcel("Flyer", 2, "SDA", "1Z")], more_follow=True),
        digest("aurora", language, [Section("held", [Entry("A-1/1: no such option")])]),
    ]


class Seen(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.text += "\n" if tag in ("br", "p", "li", "h1", "h2") else ""

    def handle_data(self, data: str) -> None:
        self.text += data


ONE_LINE = '<span style="white-space:nowrap">'


def _structure(page: str) -> list[str]:
    """The elements of a page; breaks of lines and the marks of numbers come and go with the text."""
    ours = ("span", {"style": "white-space:nowrap"})
    return [tag for tag, attributes in Seen(page).elements if tag != "br" and (tag, attributes) != ours]


ALLOWED = {
    "html", "head", "meta", "title", "body", "div", "h1", "h2", "p", "strong", "bdi", "ul", "li", "br", "span", "code",
}  # fmt: skip


def _texts(words: object) -> dict[str, str]:
    texts: dict[str, str] = {}
    for field in fields(words):  # type: ignore[arg-type]
        value = getattr(words, field.name)
        members = value.items() if isinstance(value, Mapping) else [("", value)]
        texts.update({f"{field.name}.{key}": text for key, text in members})
    return texts


def _blanks_to_fill(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}


@pytest.mark.parametrize("wordings", [MAIL_WORDINGS, DIGEST_WORDINGS])
def test_no_word_is_missing_in_any_language(wordings: Mapping[str, object]) -> None:
    assert set(wordings) == set(WORDINGS)
    english = _texts(wordings["en"])
    for words in wordings.values():
        texts = _texts(words)
        assert texts.keys() == english.keys()
        assert [name for name, text in texts.items() if not text.strip()] == []
        for name, text in texts.items():
            assert _blanks_to_fill(text) == _blanks_to_fill(english[name]), name


def test_money_goes_back_by_every_means_of_payment() -> None:
    assert set(ENGLISH.refund) == set(WORDINGS["en"].methods)


@pytest.mark.parametrize("language", ["it", "de", "en"])
def test_both_forms_say_the_same(language: str) -> None:
    for letter in letters(language):
        text, page = text_of(letter), Seen(html_of(letter))
        words = [word for word in text.split() if word not in ("-", "--")]
        assert words
        # The page names its subject in the head besides.
        assert words == page.text.split()[len(letter.subject.split()) :], letter.subject


@pytest.mark.parametrize("language", ["it", "de", "en"])
def test_a_page_loads_nothing_and_has_no_style_of_its_own(language: str) -> None:
    for letter in letters(language):
        page = Seen(html_of(letter))
        assert {tag for tag, _ in page.elements} <= ALLOWED
        for tag, attributes in page.elements:
            assert set(attributes) <= {"style", "lang", "charset", "name", "content"}, tag
            assert "url(" not in (attributes.get("style") or "")
            # Colours of text and ground are the reader's, who may prefer dark ones.
            assert not re.search(r"(?<!border-)\b(color|background)\b *:", attributes.get("style") or "")


def test_subjects_bear_number_and_order() -> None:
    assert [letter.subject for letter in letters("en")] == [
        "Invoice FT-2026-000012 – order A-1001",
        "Reversal invoice (credit note) NC-1 – order A-1001",
        "Reduced invoice FT-2 – replaces FT-2026-000011 – order A-1001",
        "Complaint RC-1 – order A-1001",
        "Shipped – order A-1001",
        "aurora: needs attention (1)",
    ]


@pytest.mark.parametrize("language", ["it", "de", "en"])
def test_a_number_is_not_broken_at_its_hyphens(language: str) -> None:
    page = html_of(mail_view.invoice(paper(language=language)))
    body = page.partition("<body")[2]
    assert body.count("FT-2026-000012") == body.count(f"{ONE_LINE}FT-2026-000012</span>") >= 2
    assert f"{ONE_LINE}A-1001</span>" in body


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("NC-2026-000003.", f"{ONE_LINE}NC-2026-000003</span>."),
        ("(12-3/26)", f"({ONE_LINE}12-3/26</span>)"),
        ("vor- und nachher", "vor- und nachher"),
        ("Müller-7", "Müller-7"),
        ("<b>A-1</b>", f"&lt;b&gt;{ONE_LINE}A-1</span>&lt;/b&gt;"),
        (f"{'a' * 30}-1", f"{'a' * 30}-1"),
    ],
)
def test_only_numbers_are_kept_together(text: str, kept: str) -> None:
    assert unbroken(text) == kept


@pytest.mark.parametrize("language", ["it", "de"])
def test_money_is_written_in_one_way(language: str) -> None:
    """The currency behind the amount in Italian and German, also in the list of what was taken back."""
    text = text_of(mail_view.reversal(a_reversal(language), PAID))
    assert len(re.findall(r"\d,\d\d\sEUR", text)) >= 3
    assert not re.search(r"EUR[ \u00a0]\d", text)


@given(st.sampled_from(["it", "de", "en"]), st.one_of(st.just(HOSTILE), st.text(min_size=1, max_size=200)))
def test_no_text_becomes_markup_or_a_line_of_its_own(language: str, text: str) -> None:
    lines = (line(1, description=text, details=(text,)),)
    buyer = replace(paper().buyer, name=text)
    taken = a_reversal(language, order=text, payment_method=text, buyer=buyer)
    taken = replace(taken, reason=text, lines=lines)
    for letter, plain in (
        (mail_view.reversal(taken, PAID), mail_view.reversal(_tamed(taken), PAID)),
        (
            mail_view.shipped(addressed(language, text), [Parcel(text, 1, text, text)], more_follow=False),
            mail_view.shipped(addressed(language), [Parcel("x", 1, "x", "x")], more_follow=False),
        ),
        (
            mail_view.complaint_rejected(addressed(language), Complained(text, text, text), text),
            mail_view.complaint_rejected(addressed(language), Complained("x", "x", "x"), "x"),
        ),
    ):
        page = html_of(letter)
        assert _structure(page) == _structure(html_of(plain))
        assert len(text_of(letter).split("\n")) <= len(text_of(plain).split("\n"))
        assert "\n" not in letter.subject


def _tamed(taken: Paper) -> Paper:
    buyer = replace(taken.buyer, name="x")
    return replace(taken, reason="x", order="x", buyer=buyer, lines=(line(1, description="x", details=("x",)),))


def test_hostile_text_is_shown_as_it_is() -> None:
    page = html_of(mail_view.reversal(a_reversal(lines=(line(1, description=HOSTILE),)), PAID))
    assert html.escape('"><script>alert(1)</script>', quote=False).replace('"', "&#34;") in page
    assert "{{7*7}} {order}" in page
    assert "\u202e" not in page


@pytest.mark.parametrize(
    "name", ["You have won https://evil.example", "see www.evil.example", "a@b.example", "<b>x</b>", "x" * 81, " ", ""]
)
def test_a_name_that_is_a_message_is_not_greeted(name: str) -> None:
    letter = mail_view.shipped(addressed("en", name), [], more_follow=False)
    assert letter.greeting == "Good day,"


@pytest.mark.parametrize("name", ["Chiara Conti", "שלום דוד", "O'Neill, Søn & Co.", 'Jo "the boss" Müller'])
def test_other_names_are_greeted_as_they_are(name: str) -> None:
    assert mail_view.shipped(addressed("en", name), [], more_follow=False).greeting == f"Dear {name},"


def test_a_long_reversal_names_some_lines_and_counts_the_rest() -> None:
    taken = a_reversal(lines=tuple(line(position) for position in range(1, 101)))
    letter = mail_view.reversal(taken, PAID)
    assert len(letter.blocks[1].entries) == 40
    assert letter.blocks[1].more == "And more lines (60): the complete list is attached."


def test_money_beyond_the_case_is_told_in_the_papers_words() -> None:
    text = text_of(mail_view.reversal(a_reversal(), Settled(refunded=0, owed=100, paid=5000)))
    assert WORDINGS["en"].money_back["invoice"] in text


def test_an_unknown_means_of_payment_and_language_are_told_all_the_same() -> None:
    text = text_of(mail_view.reversal(replace(a_reversal(payment_method="barter"), language="fr"), PAID))
    assert "by the same means of payment" in text


def test_a_digest_tells_some_and_counts_the_rest() -> None:
    many = [Entry(f"A-{number}/1: no such option") for number in range(MOST + 5)]
    text = text_of(digest("aurora", "en", [Section("held", many), Section("parked", [])]))
    assert text.count("no such option") == MOST
    assert "and 5 more" in text
    assert "Held items (25)" in text
    assert "Parked" not in text
    assert "partnershop attention --shop aurora" in text
