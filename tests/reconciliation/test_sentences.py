"""Every kind of finding has its words in three languages, with the same fields and with commands that there are."""

import re
import shlex
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest
import typer

from models import Finding
from partnershop.cli import app
from partnershop.paths import ROOT
from partnershop.reconciliation.sentences import LANGUAGES, SENTENCES, _Fields, _filled, sentence, what_to_do
from partnershop.reconciliation.sentences_work import TERMS
from partnershop.reconciliation.wording import Said, Words
from partnershop.rules.reconciliation import FindingKind


def every() -> Iterator[tuple[str, Words]]:
    """All words, those of the cases too, with a name."""
    for kind, words in SENTENCES.items():
        yield kind.value, words
        for case, special in words.cases.items():
            yield f"{kind.value}, {case}", special


WORDS = dict(every())


def fields(template: str) -> set[str]:
    """The fields of a template."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def commands(template: str) -> list[str]:
    """What stands between backticks."""
    return template.split("`")[1::2]


def said(words: Words) -> list[Said]:
    """The words in each language."""
    return [getattr(words, language) for language in LANGUAGES]


def test_a_sentence_in_a_sentence_ends_with_one_full_stop_and_a_command_keeps_its_own() -> None:
    fields = _Fields({"error": "gone."})
    assert _filled("It says: {error}. Type `x {error}`", fields) == "It says: gone. Type `x gone.`"


def test_every_kind_has_words() -> None:
    assert set(SENTENCES) == set(FindingKind)


def test_every_kind_is_planted_by_a_test() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/reconciliation").glob("test_*.py"))
    known = [kind for kind in FindingKind if not kind.value.startswith("provider_")]
    assert [kind for kind in known if f"FindingKind.{kind.name}" not in tests] == []


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_each_language_says_the_same_and_ends_its_sentences(words: Words) -> None:
    for part in ("what", "to_do"):
        templates = [getattr(each, part) for each in said(words)]
        assert all(fields(template) == fields(templates[0]) for template in templates), templates
        # An error brings its own full stop.
        ended = [template.strip() == template and template.endswith((".", "{error}")) for template in templates]
        assert all(ended), templates
        assert all(template.count("`") % 2 == 0 for template in templates), templates
        assert len(set(templates)) == len(LANGUAGES)
    # The words for people within a command differ (TEXT, GRUND), not what it does.
    plain = [[re.sub(r"\b[A-Z]{3,}\b", "X", each) for each in commands(one.to_do)] for one in said(words)]
    assert plain[0] == plain[1] == plain[2]
    assert not any(commands(one.what) for one in said(words))


def find(words: list[str]) -> tuple[Any, list[str]]:
    """The command of the command line that these words call, and the words that are left."""
    command: Any = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    return command, words


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_each_command_is_one_of_the_command_line_with_its_options(words: Words) -> None:
    for each in said(words):
        for typed in commands(each.to_do):
            program, *rest = shlex.split(typed)
            assert program == "partnershop", typed
            command, left = find(list(rest))
            assert left != rest, typed
            known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
            given = [word for word in left if word.startswith("--")]
            assert set(given) <= known, typed
            required = [option for option in command.params if option.required and option.opts[0].startswith("--")]
            assert all({*option.opts, *option.secondary_opts} & set(given) for option in required), typed


def finding(**more: object) -> Finding:
    """A finding as it lies in the database."""
    plain = {"id": 7, "kind": FindingKind.ITEM_HELD, "about": {"shop": "aurora", "order": "A-1", "item": "1"},
             "details": {"why": "out of paper"}, "amount": None, "currency": None}  # fmt: skip
    return Finding(**(plain | more))


def test_a_language_that_there_is_not_is_english() -> None:
    assert sentence(finding(), "fr") == sentence(finding(), "en")


def test_a_field_that_is_missing_does_not_cost_the_list() -> None:
    assert sentence(finding(details={}), "en") == "Item 1 of A-1 has been held for more than a day: ?."


def test_values_are_quoted_in_commands_only_and_never_read_as_templates() -> None:
    odd = finding(about={"shop": "aurora", "order": "A {shop} 1", "item": "1"}, details={"why": "{amount} `x`"})
    assert sentence(odd, "en") == "Item 1 of A {shop} 1 has been held for more than a day: {amount} `x`."
    assert "`partnershop item release 'A {shop} 1' 1 --shop aurora --reason TEXT`" in what_to_do(odd, "en")


def test_an_amount_is_said_as_each_language_writes_it() -> None:
    paid = finding(kind=FindingKind.PAYMENT_TOO_MUCH, amount=123456, currency="EUR")
    assert "EUR 1,234.56" in sentence(paid, "en")
    assert "1.234,56 EUR" in sentence(paid, "de")


def test_terms_have_three_languages() -> None:
    assert all(len(term) == len(LANGUAGES) and all(term) for terms in TERMS.values() for term in terms.values())
