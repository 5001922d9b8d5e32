"""What operators read in Flower: arguments as a sentence, where the work of a failed task stands, the guide's texts."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from partnershop.flows import corrections, dispatch, documents, inbox, invoicing
from partnershop.paths import TEMPLATES
from partnershop.stages import Stage
from workers.queues import stage_of

LANGUAGES = ("en", "it", "de")
_ATTEMPTS = {
    Stage.INBOX: inbox.ATTEMPTS,
    Stage.DISPATCH: dispatch.ATTEMPTS,
    Stage.INVOICING: invoicing.ATTEMPTS,
    Stage.CORRECTIONS: corrections.ATTEMPTS,
    Stage.DOCUMENTS: documents.ATTEMPTS,
}
# What a command line says where the arguments name nobody.
_ANY = {"shop": "SHOP", "order": "ORDER", "case": "CASE"}


@cache
def words(language: str = "en") -> Mapping[str, Any]:
    """The guide's texts in a language, as templates/flower has them."""
    text = (TEMPLATES / "flower" / f"{language}.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found


def said(arguments: Mapping[str, object]) -> str:
    """A task's arguments as a sentence: "shop aurora, order A-1004, case 17"; "all shops" where there are none."""
    return ", ".join(f"{name} {value}" for name, value in arguments.items()) or "all shops"


def comes_back(task: str, arguments: Mapping[str, object], language: str = "en") -> str:
    """Where the work of this task stands when it has failed for good, and what to type."""
    stage = stage_of(task)
    named = {**_ANY, **{name: str(value) for name, value in arguments.items() if value}}
    sentence: str = words(language)["comes_back"][stage]
    return sentence.format(**named, attempts=_ATTEMPTS.get(stage, ""))  # type: ignore[call-overload]  # a StrEnum is its text
