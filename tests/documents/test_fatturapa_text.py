"""Latin-1 for the SdI: whatever stands in an order becomes one line that the schema takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnershop.documents.fatturapa.text import basic, latin, latin_parts

# All of Unicode, lone surrogates included: JSON can carry them.
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Tipografia Città & Figli", "Tipografia Città & Figli"),
        ("10 € – «ok» — „gut“ ‘sì’…", "10 EUR - «ok» - \"gut\" 'sì'..."),
        ("Łódź, Kraków, Đà Nẵng", "Lódz, Kraków, Dà Nang"),
        ("Weißenfels STRAẞE", "Weißenfels STRASSE"),
        ("Œuvre № 5 ﬁn™", "OEuvre No 5 finTM"),
        ("Ωμέγα Αθήνα", "Omega Athina"),
        ("Щербаков Дмитрий", "Shcherbakov Dmitrii"),
        ("e\u0301tage", "étage"),
        ("李 Printing", "? Printing"),
        ("شركة", "????"),
        ("🎉", "?"),
        ("★ - 🎉", "? - ?"),
        ("Pizzeria 🍕 Da Anna ♥", "Pizzeria Da Anna"),
        ("👩🏽‍🎨 Anna🇮🇹Bruna", "Anna Bruna"),
        ("Flyer ☀️ 1️⃣ ➡ A6", "Flyer 1 A6"),
        ("李 🎉 Print", "? Print"),
        ("→ 3 ≥ 2, ₹ 5", "-> 3 >= 2, INR 5"),
        ("a\tb\r\nc\u2028d\u00a0e\u3000 f", "a b c d e f"),
        ("a\u202eb\u200bc\x00d\ufeff\u00ad", "abcd"),
        ("", "?"),
        (" \n ", "?"),
    ],
)
def test_letters_and_signs_that_latin_1_lacks_are_written_in_others(text: str, written: str) -> None:
    assert latin(text, 100) == written


def test_too_long_a_text_is_cut_between_words_unless_half_of_it_would_go() -> None:
    assert latin("eins zwei drei", 10) == "eins zwei"
    assert latin("eins zwei drei", 9) == "eins zwei"
    assert latin("eins zweidreivierfünf", 10) == "eins zweid"
    assert latin("x" * 100, 80) == "x" * 80


def test_a_long_text_goes_on_in_further_parts() -> None:
    assert latin_parts("eins zwei drei vier", 10) == ["eins zwei", "drei vier"]
    assert latin_parts("  \u200b ", 10) == []


def test_plain_characters_are_ascii() -> None:
    assert basic("Auftrag № 12 – Straße ½") == "Auftrag No 12 - Strasse 1/2"
    assert basic("€") == "EUR"


@given(ANY_TEXT, st.integers(1, 60))
def test_any_text_is_one_line_of_latin_1(text: str, limit: int) -> None:
    line = latin(text, limit)
    assert 1 <= len(line) <= limit
    assert all(0x20 <= ord(letter) <= 0x7E or 0xA1 <= ord(letter) <= 0xFF for letter in line)
    assert line == " ".join(line.split(" ")).strip(" ") and "  " not in line
    assert latin(line, limit) == line
    assert basic(text).isascii() and basic(text).isprintable()


@given(ANY_TEXT, st.integers(1, 60))
def test_parts_lose_nothing_but_blanks(text: str, limit: int) -> None:
    parts = latin_parts(text, limit)
    assert all(1 <= len(part) <= limit for part in parts)
    whole = latin(text, 10**6) if parts else ""
    assert "".join(parts).replace(" ", "") == whole.replace(" ", "")
