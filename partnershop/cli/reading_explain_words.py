"""An explanation in words, in Italian, German and English."""

from collections.abc import Mapping, Sequence
from typing import Any

from partnershop.cli.output import in_utc, say, table
from partnershop.rules.eligibility import Verdict

_WORDS: dict[str, dict[str, str]] = {
    "attribute": {"it": "Attributo", "de": "Merkmal", "en": "Attribute"},
    "chosen": {"it": "Scelta", "de": "Gewählt", "en": "Chosen"},
    "ticked": {"it": "Spuntato", "de": "Angehakt", "en": "Ticked"},
    "source": {"it": "Origine", "de": "Herkunft", "en": "From"},
    "yes": {"it": "✓ sì", "de": "✓ ja", "en": "✓ yes"},
    "no": {"it": "✗ no", "de": "✗ nein", "en": "✗ no"},
    "unseen": {"it": "– non esaminato", "de": "– nicht geprüft", "en": "– not looked at"},
    "order": {"it": "ordine", "de": "Auftrag", "en": "the order"},
    "default": {"it": "valore predefinito", "de": "Vorgabe", "en": "the default"},
    "decided": {
        "it": "deciso il {at} da {by}; impostazioni versione {settings}, catalogo {catalogue}",
        "de": "entschieden am {at} von {by}; Einstellungen Version {settings}, Katalog {catalogue}",
        "en": "decided {at} by {by}; settings version {settings}, catalogue {catalogue}",
    },
    "superseded": {"it": "superata: ", "de": "überholt: ", "en": "superseded: "},
    "rechecked": {
        "it": "verificato: la traccia salvata riproduce la decisione",
        "de": "nachgeprüft: die gespeicherte Spur ergibt dieselbe Entscheidung",
        "en": "re-checked: the stored trace reproduces the decision",
    },
    "not_reproduced": {
        "it": "verificato: la traccia salvata NON riproduce la decisione: {problem}",
        "de": "nachgeprüft: die gespeicherte Spur ergibt NICHT dieselbe Entscheidung: {problem}",
        "en": "re-checked: the stored trace does NOT reproduce the decision: {problem}",
    },
    "held": {"it": "in attesa: {reason}", "de": "angehalten: {reason}", "en": "held: {reason}"},
    "hand_over": {"it": "consegna alla produzione: {what}", "de": "Übergabe: {what}", "en": "hand-over: {what}"},
    "to_do": {"it": "da fare: {what}", "de": "zu tun: {what}", "en": "what to do: {what}"},
    "waits": {
        "it": "la posizione non è ancora stata assegnata",
        "de": "die Position ist noch nicht zugeteilt",
        "en": "the item has not been routed yet",
    },
}

_CATALOGUE = {
    "it": "caricare un catalogo che lo contenga (`partnershop catalogue load FILE`), poi prosegue da sola; oppure "
    "annullare la posizione",
    "de": "einen Katalog laden, der es kennt (`partnershop catalogue load DATEI`), dann geht sie von selbst weiter; "
    "oder die Position stornieren",
    "en": "load a catalogue that knows it (`partnershop catalogue load FILE`), then it goes on by itself; or cancel "
    "the item",
}
_PRODUCER = {
    "it": "chiarire con chi produce, poi annullare la posizione o affidarla a Unitedprint "
    "(`partnershop item hand-over`)",
    "de": "mit dem Hersteller klären, dann stornieren oder an Unitedprint geben (`partnershop item hand-over`)",
    "en": "settle it with the producer, then cancel the item or hand it over to Unitedprint "
    "(`partnershop item hand-over`)",
}
_TO_DO: dict[str, dict[str, str]] = {
    Verdict.INCOMPLETE_SETTINGS: {
        "it": "spuntare almeno un'opzione per ognuno di questi attributi nel luogo di produzione del negozio "
        "(`partnershop shop add FILE`), poi prosegue da sola",
        "de": "bei jedem dieser Merkmale im Produktionsort des Shops mindestens eine Option anhaken "
        "(`partnershop shop add DATEI`), dann geht sie von selbst weiter",
        "en": "tick at least one option of each of these attributes in the shop's place of production "
        "(`partnershop shop add FILE`), then it goes on by itself",
    },
    Verdict.UNKNOWN_PRODUCT: _CATALOGUE,
    Verdict.UNKNOWN_ATTRIBUTE: _CATALOGUE,
    Verdict.UNKNOWN_OPTION: _CATALOGUE,
    Verdict.MISSING_ATTRIBUTE: {
        "it": "annullare la posizione e farla ordinare di nuovo con questa scelta",
        "de": "die Position stornieren und mit dieser Wahl neu bestellen lassen",
        "en": "cancel the item and have it ordered again with this choice",
    },
}


def _word(name: str, language: str, **values: object) -> str:
    return _WORDS[name][language].format(**values)


def what_to_do(code: str, language: str) -> str:
    """What an operator does about an item that is held over `code`, in it, de or en."""
    return _TO_DO.get(code, _PRODUCER)[language]


def print_explanation(why: Mapping[str, Any], language: str) -> None:
    """Print what `explanation` gathered, for people."""
    say(f"{why['order']} / {why['item']}: {why['description']} ({why['product']})")
    held = why["held"]
    if held is not None:
        say(_word("held", language, reason=held["reason"]))
        say(_word("to_do", language, what=what_to_do(held["code"], language)))
        if held["checks"]:
            _print_checks(held["checks"], language)
    elif not why["decisions"]:
        say(_word("waits", language))
    if why["hand_over"]:
        say(_word("hand_over", language, what=why["hand_over"]))
    for decision in why["decisions"]:
        _print_decision(decision, language)


def _print_decision(decision: Mapping[str, Any], language: str) -> None:
    say(("" if decision["live"] else _word("superseded", language)) + decision["sentence"])
    say(
        _word(
            "decided",
            language,
            at=in_utc(decision["decided_at"]),
            by=decision["decided_by"],
            settings=decision["settings_version"],
            catalogue=decision["catalogue"],
        )
    )
    _print_checks(decision["checks"], language)
    if decision["recheck"]:
        say(_word("not_reproduced", language, problem=decision["recheck"]))
    else:
        say(_word("rechecked", language))


def _print_checks(checks: Sequence[Mapping[str, Any]], language: str) -> None:
    signs = {True: "yes", False: "no", None: "unseen"}
    rows = [
        (
            check["attribute_name"],
            check["option_name"],
            _word(signs[check["ticked"]], language),
            _word("default" if check["from_default"] else "order", language),
        )
        for check in checks
    ]
    table("", [_word(name, language) for name in ("attribute", "chosen", "ticked", "source")], rows, as_json=False)
