"""What findings about payments say, also those of the payment provider's list, in three languages."""

from collections.abc import Mapping

from partnershop.reconciliation.checks.payments import PAID_BY_INVOICE
from partnershop.reconciliation.wording import Said, Words
from partnershop.rules.reconciliation import FindingKind

_REMIND_EN = (
    "Remind the customer, or type `partnershop order cancel {order} --shop {shop} --reason REASON`; a payment that"
    " comes closes this."
)
_REMIND_DE = (
    "Den Kunden erinnern oder `partnershop order cancel {order} --shop {shop} --reason GRUND` eingeben; eine Zahlung"
    " erledigt dies."
)
_REMIND_IT = (
    "Sollecitare il cliente, o digitare `partnershop order cancel {order} --shop {shop} --reason MOTIVO`; un pagamento"
    " chiude la segnalazione."
)
_PAY_BACK_EN = (
    "It is not refunded by itself: agree with the customer, pay it back, and type `partnershop finding accept {finding}"
    " --reason REASON`."
)
_PAY_BACK_DE = (
    "Es wird nicht von selbst erstattet: mit dem Kunden klären, zurückzahlen und `partnershop finding accept {finding}"
    " --reason GRUND` eingeben."
)
_PAY_BACK_IT = (
    "Non viene rimborsato da sé: accordarsi con il cliente, restituirlo e digitare `partnershop finding accept"
    " {finding} --reason MOTIVO`."
)
_LIST_EN = (
    "Compare with the provider's account. When it is put right, type `partnershop reconcile payments FILE --shop"
    " {shop}` with a new list."
)
_LIST_DE = (
    "Mit dem Konto beim Zahlungsanbieter vergleichen. Danach `partnershop reconcile payments DATEI --shop {shop}` mit"
    " einer neuen Liste eingeben."
)
_LIST_IT = (
    "Confrontare con il conto del fornitore di pagamenti. Poi digitare `partnershop reconcile payments FILE --shop"
    " {shop}` con un nuovo elenco."
)

SENTENCES: Mapping[FindingKind, Words] = {
    FindingKind.PAYMENT_MISSING: Words(
        en=Said("Order {order} is to be paid in advance; nothing of {amount} has come in.", _REMIND_EN),
        de=Said("Auftrag {order} ist im Voraus zu zahlen; von {amount} ist nichts eingegangen.", _REMIND_DE),
        it=Said("L'ordine {order} va pagato in anticipo; di {amount} non è arrivato nulla.", _REMIND_IT),
        cases={
            PAID_BY_INVOICE: Words(
                en=Said("The invoice of order {order} is not paid; {amount} is open.", _REMIND_EN),
                de=Said("Die Rechnung zu Auftrag {order} ist nicht bezahlt; {amount} sind offen.", _REMIND_DE),
                it=Said("La fattura dell'ordine {order} non è pagata; sono aperti {amount}.", _REMIND_IT),
            )
        },
    ),
    FindingKind.PAYMENT_TOO_LITTLE: Words(
        en=Said("Order {order} comes to {owed}; {paid} was paid, {amount} is missing.", _REMIND_EN),
        de=Said("Auftrag {order} beträgt {owed}; gezahlt sind {paid}, es fehlen {amount}.", _REMIND_DE),
        it=Said("L'ordine {order} ammonta a {owed}; pagati {paid}, mancano {amount}.", _REMIND_IT),
    ),
    FindingKind.PAYMENT_TOO_MUCH: Words(
        en=Said("Order {order} comes to {owed}; {paid} was paid, {amount} too much.", _PAY_BACK_EN),
        de=Said("Auftrag {order} beträgt {owed}; gezahlt sind {paid}, {amount} zu viel.", _PAY_BACK_DE),
        it=Said("L'ordine {order} ammonta a {owed}; pagati {paid}, {amount} di troppo.", _PAY_BACK_IT),
    ),
    FindingKind.PAYMENT_OTHER_CURRENCY: Words(
        en=Said(
            "Payment {payment} of {said} for order {order} is not in the shop's currency, {shop_currency}; it is"
            " quarantined as {quarantined}.",
            "The shop must send it again in {shop_currency}, or pay it back: `partnershop event quarantine list --shop"
            " {shop}` shows it. Then type `partnershop finding accept {finding} --reason REASON`.",
        ),
        de=Said(
            "Zahlung {payment} über {said} zu Auftrag {order} ist nicht in der Währung des Shops, {shop_currency};"
            " sie liegt als {quarantined} in Quarantäne.",
            "Der Shop muss sie in {shop_currency} neu senden oder zurückzahlen: `partnershop event quarantine list"
            " --shop {shop}` zeigt sie. Dann `partnershop finding accept {finding} --reason GRUND` eingeben.",
        ),
        it=Said(
            "Il pagamento {payment} di {said} per l'ordine {order} non è nella valuta dello shop, {shop_currency}; è"
            " in quarantena come {quarantined}.",
            "Lo shop deve inviarlo di nuovo in {shop_currency} o restituirlo: `partnershop event quarantine list --shop"
            " {shop}` lo mostra. Poi digitare `partnershop finding accept {finding} --reason MOTIVO`.",
        ),
    ),
    FindingKind.PAYMENT_FOR_CANCELLED_ORDER: Words(
        en=Said("Order {order} is cancelled; of {paid} paid, {amount} is covered by no refund.", _PAY_BACK_EN),
        de=Said("Auftrag {order} ist storniert; von {paid} deckt keine Rückerstattung {amount}.", _PAY_BACK_DE),
        it=Said("L'ordine {order} è annullato; di {paid} nessun rimborso copre {amount}.", _PAY_BACK_IT),
    ),
    FindingKind.PAYMENT_FOR_UNKNOWN_ORDER: Words(
        en=Said(
            "Payment {payment} of {amount} is for order {order}, which nobody placed.",
            "It is booked by itself when the order comes; until then `partnershop event park list --shop {shop}` shows"
            " it. Ask the shop for the order, or pay it back and type `partnershop finding accept {finding} --reason"
            " REASON`.",
        ),
        de=Said(
            "Zahlung {payment} über {amount} ist für Auftrag {order}, den niemand erteilt hat.",
            "Sie wird von selbst gebucht, wenn der Auftrag kommt; bis dahin zeigt sie `partnershop event park list"
            " --shop {shop}`. Den Shop nach dem Auftrag fragen, oder zurückzahlen und `partnershop finding accept"
            " {finding} --reason GRUND` eingeben.",
        ),
        it=Said(
            "Il pagamento {payment} di {amount} è per l'ordine {order}, che nessuno ha inviato.",
            "Viene registrato da sé quando arriva l'ordine; fino ad allora lo mostra `partnershop event park list"
            " --shop {shop}`. Chiedere l'ordine allo shop, o restituirlo e digitare `partnershop finding accept"
            " {finding} --reason MOTIVO`.",
        ),
    ),
    FindingKind.PROVIDER_MISSING_HERE: Words(
        en=Said(
            "The payment provider lists {payment} of {amount} for order {order} on {date}; here it never came in.",
            "The shop must send its payment.received event. Then compare again: `partnershop reconcile payments FILE"
            " --shop {shop}`.",
        ),
        de=Said(
            "Der Zahlungsanbieter führt {payment} über {amount} zu Auftrag {order} am {date}; hier ist sie nie"
            " eingegangen.",
            "Der Shop muss das Ereignis payment.received senden. Danach neu vergleichen: `partnershop reconcile"
            " payments DATEI --shop {shop}`.",
        ),
        it=Said(
            "Il fornitore di pagamenti elenca {payment} di {amount} per l'ordine {order} il {date}; qui non è mai"
            " arrivato.",
            "Lo shop deve inviare l'evento payment.received. Poi confrontare di nuovo: `partnershop reconcile payments"
            " FILE --shop {shop}`.",
        ),
    ),
    FindingKind.PROVIDER_MISSING_THERE: Words(
        en=Said(
            "Payment {payment} of {amount} for order {order} came in on {date}; the payment provider does not list it.",
            _LIST_EN,
        ),
        de=Said(
            "Zahlung {payment} über {amount} zu Auftrag {order} ging am {date} ein; der Zahlungsanbieter führt sie"
            " nicht.",
            _LIST_DE,
        ),
        it=Said(
            "Il pagamento {payment} di {amount} per l'ordine {order} è arrivato il {date}; il fornitore di pagamenti"
            " non lo elenca.",
            _LIST_IT,
        ),
    ),
    FindingKind.PROVIDER_DIFFERS: Words(
        en=Said(
            "Payment {payment} differs: the payment provider says {there} for order {order}, here it is {here} for"
            " order {order_here}.",
            _LIST_EN,
        ),
        de=Said(
            "Zahlung {payment} weicht ab: der Zahlungsanbieter sagt {there} zu Auftrag {order}, hier sind es {here} zu"
            " Auftrag {order_here}.",
            _LIST_DE,
        ),
        it=Said(
            "Il pagamento {payment} è diverso: il fornitore di pagamenti dice {there} per l'ordine {order}, qui è"
            " {here} per l'ordine {order_here}.",
            _LIST_IT,
        ),
    ),
}  # fmt: skip
