"""What a finding says to people, in Italian, German or English: what is wrong, and what to do about it."""

import shlex
from collections.abc import Mapping

from models import Finding
from partnershop.documents.formats import formats
from partnershop.reconciliation.sentences_money import SENTENCES as MONEY
from partnershop.reconciliation.sentences_refused import SENTENCES as REFUSED
from partnershop.reconciliation.sentences_work import SENTENCES as WORK
from partnershop.reconciliation.sentences_work import TERMS
from partnershop.reconciliation.wording import Said, Words
from partnershop.rules.reconciliation import FindingKind

SENTENCES: Mapping[FindingKind, Words] = {**WORK, **REFUSED, **MONEY}
LANGUAGES = ("en", "de", "it")
# What a field says where a finding of an earlier version lacks it: one gap must not cost the whole list.
_UNKNOWN = "?"


def sentence(finding: Finding, language: str) -> str:
    """What is wrong; in English where `language` is none of `LANGUAGES`."""
    said = _filled(_said(finding, language).what, _fields(finding, language))
    return said[:1].upper() + said[1:]


def what_to_do(finding: Finding, language: str) -> str:
    """What to do about it, with the command to type between backticks; values in it are quoted for a shell."""
    return _filled(_said(finding, language).to_do, _fields(finding, language))


def _said(finding: Finding, language: str) -> Said:
    words = SENTENCES[finding.kind].of(finding.details)
    said: Said = getattr(words, _known(language))
    return said


def _known(language: str) -> str:
    return language if language in LANGUAGES else "en"


class _Fields(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return _UNKNOWN


def _fields(finding: Finding, language: str) -> _Fields:
    given = {"finding": finding.id, **finding.about, **finding.details}
    fields = _Fields({name: _term(name, str(value), language) for name, value in given.items()})
    fields["finding"] = str(finding.id)
    if finding.amount is not None and finding.currency is not None:
        money = formats(_known(language)).money(finding.amount, finding.currency)
        fields["amount"] = money.replace("\N{NO-BREAK SPACE}", " ")
    return fields


def _term(name: str, value: str, language: str) -> str:
    terms = TERMS.get(name, {}).get(value)
    return value if terms is None else terms[LANGUAGES.index(_known(language))]


def _filled(template: str, fields: _Fields) -> str:
    """Every second part lies between backticks: a command, to be copied into a shell as it is."""
    quoted = _Fields({name: shlex.quote(value) for name, value in fields.items()})
    # Somebody else's sentence ends with a full stop as well.
    ending = {name: value.rstrip(".") for name, value in fields.items() if f"{{{name}}}." in template}
    fields = _Fields({**fields, **ending})
    parts = template.split("`")
    return "`".join(part.format_map(quoted if place % 2 else fields) for place, part in enumerate(parts))
