"""What a broken rule says to an operator or accountant in three languages: what is wrong, and what to change."""

from collections.abc import Mapping

from partnershop.documents.breach import Breach
from partnershop.documents.fatturapa import words as fatturapa
from partnershop.documents.words import (
    breach_words_amounts,
    breach_words_form,
    breach_words_parties,
    breach_words_vat,
)
from partnershop.documents.words.terms import named

_LATE_REVERSAL: Mapping[str, str] = {
    "en": "What invoice {invoice} is for was supplied on {supplied}; after {until} art. 26 (3) DPR 633/72 lets nobody "
    "take VAT back because both sides agree later. Where comma 2 applies (void, annulled, rescinded or the like), "
    "`partnershop order confirm-reversal {order} --shop {shop} --case {case} --reason TEXT`; else `partnershop order "
    "drop-case {order} --shop {shop} --case {case} --reason TEXT`, and the invoice stays as it is.",
    "de": "Das mit Rechnung {invoice} Berechnete wurde am {supplied} geliefert; nach dem {until} erlaubt Art. 26 Abs. "
    "3 DPR 633/72 keine Berichtigung der Steuer mehr, auf die man sich erst später einigt. Gilt Absatz 2 (nichtig, "
    "angefochten, aufgelöst oder ähnlich): `partnershop order confirm-reversal {order} --shop {shop} --case {case} "
    "--reason TEXT`; sonst `partnershop order drop-case {order} --shop {shop} --case {case} --reason TEXT`, und die "
    "Rechnung bleibt, wie sie ist.",
    "it": "L'operazione della fattura {invoice} è del {supplied}; dopo il {until} l'art. 26, comma 3, DPR 633/72 non "
    "ammette variazioni per accordo successivo. Se vale il comma 2 (nullità, annullamento, risoluzione e simili): "
    "`partnershop order confirm-reversal {order} --shop {shop} --case {case} --reason TESTO`; altrimenti `partnershop "
    "order drop-case {order} --shop {shop} --case {case} --reason TESTO`, e la fattura resta com'è.",
}
_SCHEMA: Mapping[str, str] = {
    "en": "The e-invoice does not keep the schema of its standard: {text}. Correct what it names in the order or in "
    "the shop's file.",
    "de": "Die E-Rechnung hält das Schema ihrer Norm nicht ein: {text}. Was dort genannt ist, im Auftrag oder in der "
    "Datei des Shops berichtigen.",
    "it": "La fattura elettronica non rispetta lo schema della norma: {text}. Correggere quanto indicato nell'ordine o "
    "nel file del negozio.",
}
# The standard's rules speak for themselves, in English.
_STANDARD: Mapping[str, str] = {
    "en": "The e-invoice breaks the rule {rule} of its standard: {text}. Correct what it names in the order or in the "
    "shop's file.",
    "de": "Die E-Rechnung verletzt die Regel {rule} ihrer Norm: {text}. Was dort genannt ist, im Auftrag oder in der "
    "Datei des Shops berichtigen.",
    "it": "La fattura elettronica viola la regola {rule} della norma: {text}. Correggere quanto indicato nell'ordine o "
    "nel file del negozio.",
}
WORDS: Mapping[str, Mapping[str, str]] = {
    **breach_words_form.WORDS,
    **breach_words_amounts.WORDS,
    **breach_words_vat.WORDS,
    **breach_words_parties.WORDS,
    **fatturapa.WORDS,
    "P-IT-26": _LATE_REVERSAL,
    "XSD": _SCHEMA,
}
LANGUAGES = ("en", "de", "it")
# What a field says where a breach of an earlier version lacks it.
_UNKNOWN = "?"


def sentence(breach: Breach, language: str) -> str:
    """What is wrong, with its values, and what to change; in English where `language` is none of `LANGUAGES`."""
    known = language if language in LANGUAGES else "en"
    elsewhere = breach_words_vat.ELSEWHERE.get((breach.rule, breach.where))
    template = (elsewhere or WORDS.get(breach.rule, _STANDARD))[known]
    fields = _Fields({**breach.values, "rule": breach.rule, "where": named(breach.where, known) or _UNKNOWN})
    # Somebody else's sentence ends with a full stop as well.
    ending = {name: value.rstrip(".") for name, value in fields.items() if f"{{{name}}}." in template}
    said = template.format_map(_Fields({**fields, **ending})).strip()
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "`")) else ".")


class _Fields(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return _UNKNOWN
