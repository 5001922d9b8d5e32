"""Buyers of an Italian seller whose names have no Latin letters: who is named, and what an operator is told."""

from dataclasses import replace

import pytest
from papers import CHIARA, paper
from sdi import NATURES, for_sdi, rules_broken, written

from partnershop.documents import fatturapa
from partnershop.documents.fatturapa.words import WORDS
from partnershop.documents.paper import Paper, Party
from partnershop.documents.words.breach_words import LANGUAGES, sentence

BEIJING = replace(
    CHIARA, name="Li Wei", company="北京印刷有限公司", street="Chang'an Jie 1", city="Beijing", postcode="100005",
    country="CN", province=None, vat_id=None, tax_code=None,
)  # fmt: skip


def sold_to(buyer: Party) -> Paper:
    """An Italian seller's paper for the SdI."""
    return for_sdi(paper(buyer=buyer))


@pytest.mark.parametrize(
    ("company", "name", "named"),
    [
        ("北京印刷有限公司", "Li Wei", "Li Wei"),
        ("Beijing Print 北京", "李伟", "Beijing Print ??"),
        (None, "Li Wei", "Li Wei"),
        ("北京印刷有限公司", "🎨 李 Wei", "? Wei"),
    ],
)
def test_abroad_the_name_with_latin_letters_is_told(company: str | None, name: str, named: str) -> None:
    made = sold_to(replace(BEIJING, company=company, name=name))
    assert rules_broken(fatturapa.write(made)) == set()
    assert written(made).findtext(".//CessionarioCommittente//Denominazione") == named


@pytest.mark.parametrize("buyer", [replace(BEIJING, name="李伟"), replace(BEIJING, name="李伟", company=None)])
def test_where_none_has_it_is_refused_and_said_how_to_correct_it(buyer: Party) -> None:
    (breach,) = fatturapa.breaches(fatturapa.write(sold_to(buyer)))
    assert breach.rule == "P-IT-TEXT"
    for language in LANGUAGES:
        assert "`partnershop order correct-buyer ORDER --shop SHOP --name TEXT`" in sentence(breach, language)


def test_a_firm_in_italy_is_not_named_by_its_person() -> None:
    assert rules_broken(fatturapa.write(sold_to(replace(CHIARA, company="北京印刷有限公司")))) == {"P-IT-TEXT"}


def test_emoji_in_a_name_are_left_out() -> None:
    root = written(sold_to(replace(CHIARA, company="Pizzeria 🍕 Da Anna")))
    assert root.findtext(".//CessionarioCommittente//Denominazione") == "Pizzeria Da Anna"


@pytest.mark.parametrize("rule", ["00400", "00429"])
def test_category_z_is_told_to_be_placed_again_since_no_setting_helps(rule: str) -> None:
    assert "Z" not in NATURES
    for language, words in {"en": "placed again", "de": "neu aufgeben", "it": "inserire di nuovo"}.items():
        assert words in WORDS[rule][language] and "K, G" in WORDS[rule][language]
