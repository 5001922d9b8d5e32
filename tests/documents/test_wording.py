"""The words of the papers: none is missing in any language, and none says what the law gave another meaning."""

import string
from collections.abc import Mapping
from dataclasses import fields

import pytest

from partnershop.documents import job_ticket
from partnershop.documents.paper import PaperKind
from partnershop.documents.words.wording import ENGLISH, WORDINGS, Wording, supported, wording


def _texts(words: Wording) -> dict[str, str]:
    """Every text of a language by its name; the members of a mapping as name.key."""
    texts: dict[str, str] = {}
    for field in fields(words):
        value = getattr(words, field.name)
        members = value.items() if isinstance(value, Mapping) else [("", value)]
        texts.update({f"{field.name}.{key}": text for key, text in members})
    return texts


def _blanks_to_fill(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}


@pytest.mark.parametrize("language", ["it", "de", "en"])
def test_no_word_is_missing(language: str) -> None:
    texts = _texts(WORDINGS[language])
    assert texts.keys() == _texts(ENGLISH).keys()
    assert [name for name, text in texts.items() if not text.strip()] == []
    assert {name: _blanks_to_fill(text) for name, text in texts.items()} == {
        name: _blanks_to_fill(text) for name, text in _texts(ENGLISH).items()
    }


def test_every_kind_method_and_category_has_words() -> None:
    assert set(ENGLISH.titles) == set(PaperKind)
    assert set(ENGLISH.methods) == set(ENGLISH.money_back) == {"card", "paypal", "advance", "invoice"}
    assert set(ENGLISH.categories) == {"Z", "E", "AE", "K", "G", "O"}


def test_no_word_of_the_ticket_is_missing() -> None:
    assert set(job_ticket.WORDINGS) == set(WORDINGS)
    for words in job_ticket.WORDINGS.values():
        assert all(getattr(words, field.name).strip() for field in fields(words))


def test_german_never_says_gutschrift() -> None:
    assert [name for name, text in _texts(WORDINGS["de"]).items() if "gutschr" in text.lower()] == []


@pytest.mark.parametrize(
    ("code", "spoken"), [("it", "it"), ("de-AT", "de"), ("DE", "de"), ("en_US", "en"), ("fr", "en"), ("", "en")]
)
def test_other_languages_are_printed_in_english(code: str, spoken: str) -> None:
    assert supported(code) == spoken
    assert wording(code).language == spoken
