"""Who must change what about a refused paper: chosen by its rules, said in three languages."""

import pytest

from partnershop.documents.breach import Breach
from partnershop.documents.words import breach_words
from partnershop.documents.words.remedies import WORDS, Remedy, remedy, to_do

BUYER, SHOP = Breach("00417", "CessionarioCommittente"), Breach("P-PARTY-1", "BT-31")
LINE, TEXT = Breach("P-CAT-2", "BT-120"), Breach("P-TEXT-1", "lines.1.description")


@pytest.mark.parametrize(
    ("breaches", "first", "correction"),
    [
        ([BUYER], Remedy.BUYER, Remedy.FIXED),
        ([SHOP], Remedy.SHOP, Remedy.CORRECTION),
        ([BUYER, SHOP], Remedy.BUYER_OR_SHOP, Remedy.FIXED),
        ([LINE], Remedy.ORDER, Remedy.FIXED),
        ([LINE, BUYER], Remedy.ORDER, Remedy.FIXED),
        ([TEXT], Remedy.LINE, Remedy.FIXED),
        ([TEXT, BUYER], Remedy.BUYER, Remedy.FIXED),
        ([Breach("P-TEXT-1", "seller.name")], Remedy.SHOP, Remedy.CORRECTION),
        ([Breach("P-TEXT-1", "buyer.city")], Remedy.BUYER, Remedy.FIXED),
        ([Breach("P-PARTY-6", "BT-55")], Remedy.BUYER, Remedy.FIXED),
        ([Breach("P-PARTY-6", "BT-40")], Remedy.SHOP, Remedy.CORRECTION),
        ([Breach("P-SAME-3", "BT-131, line 1")], Remedy.PROGRAM, Remedy.FIXED),
        ([Breach("P-IT-TEXT", "CessionarioCommittente Comune")], Remedy.BUYER, Remedy.FIXED),
        ([Breach("BR-53", "/rsm:CrossIndustryInvoice")], Remedy.BUYER_OR_SHOP, Remedy.FIXED),
        ([Breach("P-IT-26", "BT-72"), SHOP], Remedy.LATE, Remedy.LATE),
    ],
)
def test_the_rules_say_who(breaches: list[Breach], first: Remedy, correction: Remedy) -> None:
    assert remedy(breaches, is_correction=False) is first
    assert remedy(breaches, is_correction=True) is correction


@pytest.mark.parametrize("case", [None, 7])
def test_every_rule_has_a_command_to_type_in_every_language(case: int | None) -> None:
    for rule in breach_words.WORDS:
        for language in breach_words.LANGUAGES:
            said = to_do([Breach(rule)], language, shop="aurora", order="A-1", case=case)
            assert "`partnershop " in said and "{" not in said, (rule, language)
            assert said.count("`") % 2 == 0, (rule, language)
    assert {tuple(sorted(words)) for words in WORDS.values()} == {("de", "en", "it")}


def test_values_are_quoted_for_a_shell() -> None:
    assert "correct-buyer 'A 1' --shop aurora" in to_do([BUYER], "en", shop="aurora", order="A 1", case=None)
