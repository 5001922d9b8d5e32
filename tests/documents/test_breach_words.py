"""Every rule that any part can break has its sentence in three languages, filled with values that the rule gives."""

import re
import string

import pytest
from conforming import CONFORMING, tree
from lxml import etree
from mutating import MUTATIONS

from partnershop.documents import cii, gate
from partnershop.documents.breach import Breach
from partnershop.documents.cii import rules, schema, schematron
from partnershop.documents.words import breach_words, breach_words_vat
from partnershop.documents.words.breach_words import LANGUAGES, WORDS, sentence
from partnershop.documents.words.terms import named
from partnershop.paths import ROOT

# The id of a rule where code names it: ours, or five digits of the SdI's. A file as a whole (P-FILE) is no paper.
_ID = re.compile(r'"(P-(?!FILE)[A-Z]+-[A-Z0-9]+|00[1-9][0-9]{2})"')


def ids() -> set[str]:
    """The rules that the code of documents, flows and rules names."""
    folders = [ROOT / "partnershop" / name for name in ("documents", "flows", "rules")]
    files = [file for folder in folders for file in folder.rglob("*.py") if "words" not in file.name]
    named = {rule for file in files for rule in _ID.findall(file.read_text(encoding="utf-8"))}
    return named | set(rules.RULES) | {f"P-SAME-{number}" for number in range(1, 10)}


def fields(template: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_rule_has_words_in_three_languages() -> None:
    assert {"P-SUM-1", "P-VAT-3", "P-VAT-6", "P-FORM-9", "P-REF-7", "P-TEXT-1", "00423"} <= ids()
    assert ids() - set(WORDS) == set()
    assert [rule for rule, words in WORDS.items() if set(words) != set(LANGUAGES)] == []


def test_the_languages_tell_the_same_values() -> None:
    unlike = [rule for rule, words in WORDS.items() if len({frozenset(fields(text)) for text in words.values()}) > 1]
    assert unlike == []


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_a_rule_finds_fills_its_sentence(name: str) -> None:
    mutation = MUTATIONS[name]
    paper = CONFORMING[mutation.paper]()
    root = tree(paper)
    mutation.change(root)
    found = [breach for breach in gate.of_xml(etree.tostring(root), paper) if breach.rule.startswith("P-")]
    assert found
    for breach in found:
        known = {*breach.values, "where", "rule"}
        assert breach.where
        assert fields(WORDS[breach.rule]["en"]) <= known, breach
        assert "{" not in sentence(breach, "de")


def test_a_sentence_says_what_is_wrong_and_what_to_change() -> None:
    breach = Breach("P-LINE-4", "BG-27, line 3", {"said": "60.00", "should": "49.90"})
    assert sentence(breach, "en") == (
        "The allowances (BG-27, line 3) are 60.00, more than the price of 49.90. Lower the reduction."
    )
    assert sentence(breach, "de") == (
        "Die Nachlässe (BG-27, Position 3) betragen 60.00, mehr als der Preis von 49.90. Den Nachlass senken."
    )
    assert sentence(breach, "it") == (
        "Gli sconti (BG-27, riga 3) sono 60.00, più del prezzo di 49.90. Diminuire la riduzione."
    )
    assert sentence(breach, "fr") == sentence(breach, "en")


def test_the_standards_own_text_is_framed() -> None:
    breach = Breach("BR-CO-25", "ApplicableHeaderTradeSettlement", {"text": "Either the due date or the terms."})
    said = sentence(breach, "it")
    assert said.startswith("La fattura elettronica viola la regola BR-CO-25")
    assert "Either the due date or the terms. Correggere" in said


def test_a_sentence_ends_with_one_full_stop_and_begins_with_a_capital() -> None:
    for rule, words in WORDS.items():
        for language in words:
            said = sentence(Breach(rule, "BT-1", {"text": "It is so.", "problem": "It is so."}), language)
            assert said[:1] == said[:1].upper(), said
            assert said.endswith((".", "`")) and not said.endswith(".."), said


def test_a_breach_of_an_earlier_version_is_still_said() -> None:
    assert sentence(Breach("P-SUM-2", ""), "en").startswith("? is ?, but the nets of the lines make ?.")
    assert "{" not in sentence(Breach("P-GONE-1", "BT-1"), "de")
    assert breach_words.LANGUAGES == ("en", "de", "it")


@pytest.mark.parametrize("name", MUTATIONS)
def test_no_sentence_is_about_a_number_of_the_standard_or_a_tag(name: str) -> None:
    mutation = MUTATIONS[name]
    paper = CONFORMING[mutation.paper]()
    root = tree(paper)
    mutation.change(root)
    for breach in gate.of_xml(etree.tostring(root), paper):
        for language in LANGUAGES:
            said = sentence(breach, language)
            assert not re.match(r"B[TG]-|[A-Z][a-z]+[A-Z]\w+\b|\?", said), said
            assert not re.search(r"(; |, )B[TG]-[0-9]+ (is|ist|è)\b|\b(ram|udt):|\w\[@", said), said


def test_each_term_that_rules_name_has_a_name() -> None:
    files = (ROOT / "partnershop" / "documents" / "cii").glob("*.py")
    used = {term for file in files for term in re.findall(r'"(B[TG]-[0-9]+)\b', file.read_text(encoding="utf-8"))}
    groups = {"BG-5", "BG-22", "BT-34", "BT-105"}  # of docstrings only
    assert {"BT-55", "BT-131", "BG-27"} <= used
    for language in LANGUAGES:
        nameless = named("nothing known", language).partition(" (")[0]
        assert {term for term in used if named(term, language).startswith(nameless)} <= groups


def test_a_sentence_says_only_what_is_wrong() -> None:
    country = sentence(Breach("P-CAT-6", "BT-80", {"country": "IT", "day": "2026-11-24"}), "en")
    day = sentence(Breach("P-CAT-6", "BT-72", {"country": "FR", "day": "–"}), "de")
    assert "the country of delivery (BT-80) is IT" in country and "2026-11-24" not in country
    assert "der Liefertag (BT-72)" in day and "FR" not in day
    assert all(set(words) == set(LANGUAGES) for words in breach_words_vat.ELSEWHERE.values())


def test_the_standards_text_is_not_cut_within_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "ram:TypeCode[. = '380'] " + "word " * 200
    failed = [schematron.Failed("BR-X-01", "/rsm:CrossIndustryInvoice", text, is_warning=False)]
    monkeypatch.setattr(schematron, "failed", lambda _: failed)
    (breach,) = schema.breaches(cii.write(next(iter(CONFORMING.values()))()))
    assert breach.values["text"].startswith("TypeCode word word")
    assert breach.values["text"].endswith("word …")
