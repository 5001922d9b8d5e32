"""What findings about papers, refunds, numbers and commissions say, in three languages."""

from collections.abc import Mapping

from partnershop.reconciliation.checks.cases import PARKED
from partnershop.reconciliation.checks.commissions import NOT_INVOICED, OTHER_BASE
from partnershop.reconciliation.checks.invoices import GIVEN_UP, NEVER_NOTED
from partnershop.reconciliation.checks.numbers import WRONG_YEAR
from partnershop.reconciliation.checks.refunds import NOT_SENT
from partnershop.reconciliation.sentences_payments import SENTENCES as PAYMENTS
from partnershop.reconciliation.wording import Said, Words
from partnershop.rules.reconciliation import FindingKind

_RETRY_EN = "Put right what the error names, then type `partnershop retry --shop {shop}`."
_RETRY_DE = "Beheben, was der Fehler nennt, dann `partnershop retry --shop {shop}` eingeben."
_RETRY_IT = "Rimuovere la causa dell'errore, poi digitare `partnershop retry --shop {shop}`."
_AGAIN_EN = "It is put right by itself; to have it done now, type `partnershop reconcile --shop {shop} --job money`."
_AGAIN_DE = "Das geschieht von selbst; sofort mit `partnershop reconcile --shop {shop} --job money`."
_AGAIN_IT = "Viene corretto da sé; per farlo subito, digitare `partnershop reconcile --shop {shop} --job money`."
_SHOW_EN = (
    "Nothing may issue it by hand. Give what `partnershop show {order} --shop {shop}` prints to whoever maintains the"
    " product."
)
_SHOW_DE = (
    "Nicht von Hand ausstellen. Die Ausgabe von `partnershop show {order} --shop {shop}` an die Betreuer des Produkts"
    " geben."
)
_SHOW_IT = (
    "Non emettere nulla a mano. Inoltrare l'output di `partnershop show {order} --shop {shop}` a chi mantiene il"
    " prodotto."
)
_BILLED_EN = (
    "`partnershop show {order} --shop {shop}` has both. Put right with Unitedprint what was billed, then type"
    " `partnershop finding accept {finding} --reason REASON`."
)
_BILLED_DE = (
    "`partnershop show {order} --shop {shop}` zeigt beides. Mit Unitedprint richtigstellen, was abgerechnet wurde, dann"
    " `partnershop finding accept {finding} --reason GRUND` eingeben."
)
_BILLED_IT = (
    "`partnershop show {order} --shop {shop}` mostra entrambi. Correggere con Unitedprint quanto fatturato, poi"
    " digitare `partnershop finding accept {finding} --reason MOTIVO`."
)
_NUMBERS_EN = (
    "Do not renumber. `partnershop audit --shop {shop}` shows all of it; tell the accountant and note the reason with"
    " `partnershop finding accept {finding} --reason REASON`."
)
_NUMBERS_DE = (
    "Nicht neu nummerieren. `partnershop audit --shop {shop}` zeigt alles; die Buchhaltung verständigen und den Grund"
    " mit `partnershop finding accept {finding} --reason GRUND` festhalten."
)
_NUMBERS_IT = (
    "Non rinumerare. `partnershop audit --shop {shop}` mostra tutto; avvisare la contabilità e annotare il motivo con"
    " `partnershop finding accept {finding} --reason MOTIVO`."
)

SENTENCES: Mapping[FindingKind, Words] = {
    **PAYMENTS,
    FindingKind.INVOICE_NOT_ISSUED: Words(
        en=Said(
            "The invoice of order {order} is due and is not issued.",
            "The workers issue it as soon as they run: `partnershop status` says whether they do.",
        ),
        de=Said(
            "Die Rechnung zu Auftrag {order} ist fällig und nicht ausgestellt.",
            "Die Worker stellen sie aus, sobald sie laufen; ob sie laufen, sagt `partnershop status`.",
        ),
        it=Said(
            "La fattura dell'ordine {order} è dovuta e non è stata emessa.",
            "I worker la emettono appena girano: `partnershop status` dice se girano.",
        ),
        cases={
            GIVEN_UP: Words(
                en=Said("Issuing the invoice of order {order} was given up: {error}.", _RETRY_EN),
                de=Said("Das Ausstellen der Rechnung zu Auftrag {order} wurde aufgegeben: {error}.", _RETRY_DE),
                it=Said("L'emissione della fattura dell'ordine {order} è stata abbandonata: {error}.", _RETRY_IT),
            ),
            NEVER_NOTED: Words(
                en=Said("Order {order} is complete, but its invoice was never noted as due.", _AGAIN_EN),
                de=Said("Auftrag {order} ist vollständig, seine Rechnung wurde aber nie fällig.", _AGAIN_DE),
                it=Said("L'ordine {order} è completo, ma la sua fattura non è mai risultata dovuta.", _AGAIN_IT),
            ),
        },
    ),
    FindingKind.CANCELLED_NOT_REVERSED: Words(
        en=Said(
            "Item {item} of {order} is cancelled, but nothing takes back its line of {amount} net on {invoice}.",
            _SHOW_EN,
        ),
        de=Said(
            "Position {item} von {order} ist storniert, ihre Zeile über {amount} netto auf {invoice} aber nicht.",
            _SHOW_DE,
        ),
        it=Said(
            "La posizione {item} di {order} è annullata, ma nessuno storno riprende la sua riga di {amount} netti su"
            " {invoice}.",
            _SHOW_IT,
        ),
        cases={
            PARKED: Words(
                en=Said(
                    "Case {case_id}, the cancellation of item {item} of {order}, was given up: {error}.", _RETRY_EN
                ),
                de=Said(
                    "Fall {case_id}, die Stornierung der Position {item} von {order}, wurde aufgegeben: {error}.",
                    _RETRY_DE,
                ),
                it=Said(
                    "La pratica {case_id}, annullamento della posizione {item} di {order}, è stata abbandonata:"
                    " {error}.",
                    _RETRY_IT,
                ),
            ),
        },
    ),
    FindingKind.COMPLAINT_WITHOUT_PAIR: Words(
        en=Said(
            "Complaint {complaint} on item {item} of {order} is accepted over {amount}, but {invoice} has no reversal"
            " with a reduced invoice for it.",
            _SHOW_EN,
        ),
        de=Said(
            "Reklamation {complaint} zu Position {item} von {order} ist über {amount} anerkannt, zu {invoice} fehlen"
            " aber Stornorechnung und reduzierte Rechnung.",
            _SHOW_DE,
        ),
        it=Said(
            "Il reclamo {complaint} sulla posizione {item} di {order} è accettato per {amount}, ma per {invoice}"
            " mancano la fattura di storno e quella con importo ridotto.",
            _SHOW_IT,
        ),
        cases={
            PARKED: Words(
                en=Said(
                    "Case {case_id}, the accepted complaint on item {item} of {order}, was given up: {error}.",
                    _RETRY_EN,
                ),
                de=Said(
                    "Fall {case_id}, die anerkannte Reklamation zu Position {item} von {order}, wurde aufgegeben:"
                    " {error}.",
                    _RETRY_DE,
                ),
                it=Said(
                    "La pratica {case_id}, reclamo accettato sulla posizione {item} di {order}, è stata abbandonata:"
                    " {error}.",
                    _RETRY_IT,
                ),
            ),
        },
    ),
    FindingKind.ENTITLEMENT_NOT_REQUESTED: Words(
        en=Said("{amount} is to go back for order {order}, and no refund request asks for it.", _AGAIN_EN),
        de=Said("Zu Auftrag {order} gehen {amount} zurück, ohne dass eine Rückerstattung angefordert ist.", _AGAIN_DE),
        it=Said("Per l'ordine {order} vanno restituiti {amount}, ma nessun rimborso è richiesto.", _AGAIN_IT),
    ),
    FindingKind.REFUND_NOT_SETTLED: Words(
        en=Said(
            "Refund {refund} of {amount} for order {order} was sent on {sent}, and nobody reported it as paid.",
            "Ask whoever pays. The shop's refund.settled or refund.failed event ends it; `partnershop show {order}"
            " --shop {shop}` has its dates.",
        ),
        de=Said(
            "Rückerstattung {refund} über {amount} zu Auftrag {order} wurde am {sent} gesendet und nicht als gezahlt"
            " gemeldet.",
            "Bei der Zahlstelle nachfragen. Das Ereignis refund.settled oder refund.failed des Shops beendet es;"
            " `partnershop show {order} --shop {shop}` nennt die Daten.",
        ),
        it=Said(
            "Il rimborso {refund} di {amount} per l'ordine {order} è stato inviato il {sent} e nessuno ne ha segnalato"
            " il pagamento.",
            "Chiedere a chi paga. Lo chiude l'evento refund.settled o refund.failed dello shop; `partnershop show"
            " {order} --shop {shop}` riporta le date.",
        ),
        cases={
            NOT_SENT: Words(
                en=Said(
                    "Refund {refund} of {amount} for order {order} could not be sent: {error}",
                    "Put right what the error names: it is sent again within the hour. `partnershop drain` waits for"
                    " it.",
                ),
                de=Said(
                    "Rückerstattung {refund} über {amount} zu Auftrag {order} konnte nicht gesendet werden: {error}",
                    "Beheben, was der Fehler nennt: binnen einer Stunde wird sie neu gesendet. `partnershop drain`"
                    " wartet darauf.",
                ),
                it=Said(
                    "Il rimborso {refund} di {amount} per l'ordine {order} non è stato inviato: {error}",
                    "Rimuovere la causa dell'errore: entro un'ora viene inviato di nuovo. `partnershop drain` lo"
                    " attende.",
                ),
            ),
        },
    ),
    FindingKind.NUMBER_GAP: Words(
        en=Said(
            "Numbers are missing in the series {series} of {year}: {missing}, between {before} and {after}.",
            _NUMBERS_EN,
        ),
        de=Said("In der Serie {series} von {year} fehlt {missing}, zwischen {before} und {after}.", _NUMBERS_DE),
        it=Said("Nella serie {series} del {year} manca {missing}, tra {before} e {after}.", _NUMBERS_IT),
    ),
    FindingKind.NUMBER_DOUBLE: Words(
        en=Said("Number {number} was given more than once, to papers of the orders {orders}.", _NUMBERS_EN),
        de=Said("Nummer {number} wurde mehrmals vergeben, an Belege der Aufträge {orders}.", _NUMBERS_DE),
        it=Said("Il numero {number} è stato dato più volte, a documenti degli ordini {orders}.", _NUMBERS_IT),
    ),
    FindingKind.NUMBER_BACKWARD_DATE: Words(
        en=Said("{number} is dated {date}, but {before}, the number before it, {date_before}.", _NUMBERS_EN),
        de=Said("{number} trägt das Datum {date}, die Nummer davor, {before}, aber {date_before}.", _NUMBERS_DE),
        it=Said("{number} ha data {date}, ma {before}, il numero precedente, {date_before}.", _NUMBERS_IT),
        cases={
            WRONG_YEAR: Words(
                en=Said("{number} is numbered in {year}, but dated {date}.", _NUMBERS_EN),
                de=Said("{number} ist in {year} nummeriert, trägt aber das Datum {date}.", _NUMBERS_DE),
                it=Said("{number} è numerata nel {year}, ma ha data {date}.", _NUMBERS_IT),
            ),
        },
    ),
    FindingKind.COMMISSION_WITHOUT_BASE: Words(
        en=Said(
            "Item {item} of {order} is made in house and on {invoice}, but no commission on {amount} is booked.",
            _AGAIN_EN,
        ),
        de=Said(
            "Position {item} von {order} ist selbst produziert und auf {invoice}, die Provision auf {amount} aber nicht"
            " gebucht.",
            _AGAIN_DE,
        ),
        it=Said(
            "La posizione {item} di {order} è prodotta in proprio ed è su {invoice}, ma la provvigione su {amount} non"
            " è registrata.",
            _AGAIN_IT,
        ),
        cases={
            OTHER_BASE: Words(
                en=Said("The commission on item {item} of {order} is on {base}, its price was {amount}.", _BILLED_EN),
                de=Said(
                    "Die Provision zu Position {item} von {order} beruht auf {base}, ihr Preis war {amount}.",
                    _BILLED_DE,
                ),
                it=Said(
                    "La provvigione sulla posizione {item} di {order} è su {base}, il suo prezzo era {amount}.",
                    _BILLED_IT,
                ),
            ),
            NOT_INVOICED: Words(
                en=Said(
                    "Item {item} of {order} has a commission, but is not on the invoice that it names.", _BILLED_EN
                ),
                de=Said(
                    "Position {item} von {order} hat eine Provision, steht aber nicht auf der Rechnung, die sie nennt.",
                    _BILLED_DE,
                ),
                it=Said(
                    "La posizione {item} di {order} ha una provvigione, ma non è sulla fattura indicata.", _BILLED_IT
                ),
            ),
        },
    ),
}  # fmt: skip
