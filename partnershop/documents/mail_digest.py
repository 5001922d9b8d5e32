"""The operators' digest in words: what needs somebody in a shop, list by list, with the command to type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from partnershop.documents.mail_letter import Block, Entry, Letter
from partnershop.documents.printable import printable
from partnershop.documents.words.wording import supported

MOST = 20
"""How many of each list are told; the rest is counted."""


@dataclass(frozen=True)
class Section:
    """One list: its name (a key of `DigestWording.headings`), all its entries, and what to type ("" for nothing)."""

    name: str
    entries: Sequence[Entry]
    command: str = ""


@dataclass(frozen=True)
class DigestWording:
    """The words of one language. Sentences hold `{names}` in braces, to be filled by `str.format`."""

    language: str
    subject: str
    intro: str
    more: str
    headings: Mapping[str, str]


DIGEST_WORDINGS: Mapping[str, DigestWording] = {
    "it": DigestWording(
        language="it",
        subject="{shop}: da vedere ({count})",
        intro="Che cosa richiede un operatore in {shop}. L'elenco completo:",
        more="e altri {count}",
        headings={
            "unknown_hand_overs": "Consegne dall'esito sconosciuto",
            "held": "Posizioni in attesa",
            "refused_papers": "Documenti rifiutati, senza numero",
            "given_up": "Lavori abbandonati dopo i tentativi",
            "parked": "Eventi parcheggiati",
            "quarantined": "Eventi in quarantena",
            "incomplete_settings": "Impostazioni incomplete",
            "refused": "Rifiutati negli ultimi sette giorni",
            "findings": "Esito della riconciliazione",
        },
    ),
    "de": DigestWording(
        language="de",
        subject="{shop}: zu erledigen ({count})",
        intro="Was in {shop} jemanden braucht. Die ganze Liste:",
        more="und {count} weitere",
        headings={
            "unknown_hand_overs": "Übergaben mit unbekanntem Ausgang",
            "held": "Angehaltene Positionen",
            "refused_papers": "Abgelehnte Belege, ohne Nummer",
            "given_up": "Nach allen Versuchen aufgegeben",
            "parked": "Geparkte Ereignisse",
            "quarantined": "Ereignisse in Quarantäne",
            "incomplete_settings": "Unvollständige Einstellungen",
            "refused": "In den letzten sieben Tagen abgelehnt",
            "findings": "Befunde des Abgleichs",
        },
    ),
    "en": DigestWording(
        language="en",
        subject="{shop}: needs attention ({count})",
        intro="What needs an operator in {shop}. The whole list:",
        more="and {count} more",
        headings={
            "unknown_hand_overs": "Hand-overs with an unknown outcome",
            "held": "Held items",
            "refused_papers": "Refused papers, without a number",
            "given_up": "Given up after all attempts",
            "parked": "Parked events",
            "quarantined": "Quarantined events",
            "incomplete_settings": "Incomplete settings",
            "refused": "Refused in the last seven days",
            "findings": "Findings of reconciliation",
        },
    ),
}


def digest(shop: str, language: str, sections: Sequence[Section]) -> Letter:
    """The digest of a shop, by its code; sections with nothing in them are left out."""
    words = DIGEST_WORDINGS[supported(language)]
    told = [section for section in sections if section.entries]
    subject = words.subject.format(shop=shop, count=sum(len(section.entries) for section in told))
    intro = Block(sentences=(words.intro.format(shop=shop),), command=f"partnershop attention --shop {shop}")
    return Letter(
        language=words.language,
        subject=subject,
        title=subject,
        greeting="",
        blocks=(intro, *(_block(section, words) for section in told)),
        closing=(),
        imprint=(),
    )


def _block(section: Section, words: DigestWording) -> Block:
    count = len(section.entries)
    return Block(
        heading=f"{words.headings[section.name]} ({count})",
        entries=tuple(_fit(entry) for entry in section.entries[:MOST]),
        more=words.more.format(count=count - MOST) if count > MOST else "",
        command=section.command,
    )


def _fit(entry: Entry) -> Entry:
    return Entry(printable(entry.text), tuple(printable(line) for line in entry.below))
