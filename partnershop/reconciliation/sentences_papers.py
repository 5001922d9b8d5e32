"""What findings about papers, their bytes and their mails say, in three languages."""

from collections.abc import Mapping
from dataclasses import replace

from partnershop.flows.document_bytes import Flaw
from partnershop.reconciliation.checks import documents, mails
from partnershop.reconciliation.wording import Said, Words
from partnershop.rules.reconciliation import FindingKind

_WITHOUT_BYTES = Words(
    en=Said(
        "{paper} of {order} has had no PDF for more than an hour, though it is tried: {error}.",
        "Mend what the error names (`partnershop show {order} --shop {shop}`); it is tried again by itself.",
    ),
    de=Said(
        "{paper} von {order} hat seit mehr als einer Stunde kein PDF, obwohl es versucht wird: {error}.",
        "Beheben, was der Fehler nennt (`partnershop show {order} --shop {shop}`); es wird von selbst wieder versucht.",
    ),
    it=Said(
        "{paper} di {order} non ha un PDF da più di un'ora, benché si provi: {error}.",
        "Rimuovere la causa dell'errore (`partnershop show {order} --shop {shop}`); si riprova da sé.",
    ),
)
_RETRY = (
    "Mend what the error names, then `partnershop retry --shop {shop}`.",
    "Beheben, was der Fehler nennt, dann `partnershop retry --shop {shop}`.",
    "Rimuovere la causa dell'errore, poi `partnershop retry --shop {shop}`.",
)
_BYTES_CASES = {
    documents.PARKED: Words(
        en=Said("{paper} of {order} has no PDF, making it was given up: {error}.", _RETRY[0]),
        de=Said("{paper} von {order} hat kein PDF, es zu erzeugen wurde aufgegeben: {error}.", _RETRY[1]),
        it=Said("{paper} di {order} non ha un PDF, la sua creazione è stata abbandonata: {error}.", _RETRY[2]),
    ),
    documents.MISSING: Words(
        en=Said(
            "{paper} of {order} was issued, but nobody was told to print it.",
            "It is mended by itself: it is printed now. If not, `partnershop reconcile --shop {shop}`.",
        ),
        de=Said(
            "{paper} von {order} wurde ausgestellt, aber niemand sollte das PDF erzeugen.",
            "Das behebt sich von selbst: es wird jetzt erzeugt. Wenn nicht, `partnershop reconcile --shop {shop}`.",
        ),
        it=Said(
            "{paper} di {order} è stato emesso, ma nessuno doveva crearne il PDF.",
            "Si risolve da sé: viene creato ora. Altrimenti `partnershop reconcile --shop {shop}`.",
        ),
    ),
}

_DIFFER = Words(
    en=Said(
        "The stored PDF of {paper} of {order} is not the one that was made: its bytes do not match their SHA-256.",
        "Do not send it. Bring the bytes back from the backup, then `partnershop audit --shop {shop}`.",
    ),
    de=Said(
        "Das gespeicherte PDF von {paper} von {order} ist nicht das erzeugte: die Bytes passen nicht zu ihrer SHA-256.",
        "Nicht versenden. Die Bytes aus der Sicherung zurückholen, dann `partnershop audit --shop {shop}`.",
    ),
    it=Said(
        "Il PDF conservato di {paper} di {order} non è quello creato: i byte non corrispondono al loro SHA-256.",
        "Non inviarlo. Riprendere i byte dalla copia di sicurezza, poi `partnershop audit --shop {shop}`.",
    ),
)
_GONE = Words(
    en=replace(_DIFFER.en, what="The PDF of {paper} of {order} was made, but its bytes are gone."),
    de=replace(_DIFFER.de, what="Das PDF von {paper} von {order} wurde erzeugt, aber seine Bytes sind weg."),
    it=replace(_DIFFER.it, what="Il PDF di {paper} di {order} è stato creato, ma i suoi byte non ci sono più."),
)

_RESEND = (
    "Mend what the error names, then `partnershop mail resend {mail} --shop {shop}`.",
    "Beheben, was der Fehler nennt, dann `partnershop mail resend {mail} --shop {shop}`.",
    "Rimuovere la causa dell'errore, poi `partnershop mail resend {mail} --shop {shop}`.",
)
_SLOW_MAIL = (
    "Is the mail server there? `partnershop mail show {mail} --shop {shop}` has the mail; it is tried again by itself.",
    "Ist der Mailserver da? `partnershop mail show {mail} --shop {shop}` zeigt die Mail; es wird von selbst versucht.",
    "Il server di posta risponde? `partnershop mail show {mail} --shop {shop}` mostra il messaggio; si riprova da sé.",
)
_NOT_MAILED = Words(
    en=Said("{paper} of {order} has not reached the customer by mail for more than an hour: {error}.", _SLOW_MAIL[0]),
    de=Said("{paper} von {order} erreicht den Kunden seit über einer Stunde nicht per Mail: {error}.", _SLOW_MAIL[1]),
    it=Said("{paper} di {order} da più di un'ora non raggiunge il cliente per posta: {error}.", _SLOW_MAIL[2]),
)
_PAPER_CASES = {
    mails.PARKED: Words(
        en=Said("{paper} of {order} was not mailed, sending it was given up: {error}.", _RESEND[0]),
        de=Said("{paper} von {order} wurde nicht gemailt, das Senden wurde aufgegeben: {error}.", _RESEND[1]),
        it=Said("{paper} di {order} non è stato inviato, l'invio è stato abbandonato: {error}.", _RESEND[2]),
    ),
    mails.MISSING: Words(
        en=Said(
            "{paper} of {order} was issued, but no mail was made for it.",
            "It is mended by itself, by the shop's settings. If not, `partnershop reconcile --shop {shop}`.",
        ),
        de=Said(
            "{paper} von {order} wurde ausgestellt, aber es entstand keine Mail dazu.",
            "Das behebt sich von selbst, nach den Einstellungen des Shops. Wenn nicht, `partnershop reconcile --shop "
            "{shop}`.",
        ),
        it=Said(
            "{paper} di {order} è stato emesso, ma non è nato nessun messaggio.",
            "Si risolve da sé, secondo le impostazioni del negozio. Altrimenti `partnershop reconcile --shop {shop}`.",
        ),
    ),
}

_NOT_SENT = Words(
    en=Said("Mail {mail} about {mail_about} ({order}) has not gone out for more than an hour: {error}.", _SLOW_MAIL[0]),
    de=Said("Mail {mail} über {mail_about} ({order}) geht seit über einer Stunde nicht ab: {error}.", _SLOW_MAIL[1]),
    it=Said("Il messaggio {mail} su {mail_about} ({order}) non parte da più di un'ora: {error}.", _SLOW_MAIL[2]),
)
_MAIL_CASES = {
    mails.PARKED: Words(
        en=Said("Mail {mail} about {mail_about} ({order}) was given up: {error}.", _RESEND[0]),
        de=Said("Mail {mail} über {mail_about} ({order}) wurde aufgegeben: {error}.", _RESEND[1]),
        it=Said("Il messaggio {mail} su {mail_about} ({order}) è stato abbandonato: {error}.", _RESEND[2]),
    ),
}

SENTENCES: Mapping[FindingKind, Words] = {
    FindingKind.DOCUMENT_WITHOUT_BYTES: replace(_WITHOUT_BYTES, cases=_BYTES_CASES),
    FindingKind.DOCUMENT_BYTES_DIFFER: replace(_DIFFER, cases={Flaw.MISSING.value: _GONE}),
    FindingKind.DOCUMENT_NOT_MAILED: replace(_NOT_MAILED, cases=_PAPER_CASES),
    FindingKind.MAIL_NOT_SENT: replace(_NOT_SENT, cases=_MAIL_CASES),
}
