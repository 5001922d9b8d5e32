"""What the codes of machines mean in words: a shop that sends `print_defect` means its customers to read the reason."""

import re
from collections.abc import Mapping

from partnershop.documents.printable import printable

# Italian, German, English.
MEANINGS: Mapping[str, tuple[str, str, str]] = {
    "customer_request": ("su vostra richiesta", "auf Ihren Wunsch", "at your request"),
    "duplicate_order": ("ordinato due volte", "doppelt bestellt", "ordered twice"),
    "ordered_by_mistake": ("ordinato per errore", "irrtümlich bestellt", "ordered by mistake"),
    "payment_missing": (
        "il pagamento non è arrivato", "die Zahlung ist nicht eingegangen", "the payment has not arrived",
    ),
    "payment_failed": ("il pagamento non è riuscito", "die Zahlung ist fehlgeschlagen", "the payment failed"),
    "print_data_missing": (
        "i dati di stampa non sono arrivati", "die Druckdaten sind nicht eingegangen",
        "the print data have not arrived",
    ),
    "print_data_faulty": (
        "i dati di stampa sono difettosi", "die Druckdaten sind fehlerhaft", "the print data are faulty",
    ),
    "not_producible": ("non è possibile produrlo", "kann nicht hergestellt werden", "it cannot be produced"),
    "out_of_paper": ("la carta non è disponibile", "das Papier ist nicht verfügbar", "the paper is not available"),
    "out_of_stock": ("non disponibile", "nicht vorrätig", "out of stock"),
    "machine_failure": ("guasto di una macchina", "Maschinenausfall", "breakdown of a machine"),
    "deadline_missed": ("termine di consegna non rispettato", "Liefertermin nicht eingehalten", "delivery date missed"),
    "price_error": ("prezzo errato", "falscher Preis", "wrong price"),
    "wrong_address": ("indirizzo errato", "falsche Anschrift", "wrong address"),
    "fraud_suspected": ("verifica non superata", "Prüfung nicht bestanden", "check not passed"),
    "print_defect": ("difetto di stampa", "Druckfehler", "print defect"),
    "print_quality": ("qualità di stampa insufficiente", "mangelhafte Druckqualität", "poor print quality"),
    "colour_deviation": ("colori difformi", "Farbabweichung", "colours deviate"),
    "misprint": ("errore di stampa", "Fehldruck", "misprint"),
    "blurred": ("stampa sfocata", "unscharfer Druck", "blurred print"),
    "cutting_error": ("errore di taglio", "Schneidefehler", "cut wrongly"),
    "folding_error": ("errore di piegatura", "Falzfehler", "folded wrongly"),
    "binding_error": ("errore di rilegatura", "Bindefehler", "bound wrongly"),
    "finishing_defect": ("difetto di finitura", "Fehler der Veredelung", "finishing defect"),
    "wrong_paper": ("carta sbagliata", "falsches Papier", "wrong paper"),
    "wrong_format": ("formato sbagliato", "falsches Format", "wrong format"),
    "wrong_product": ("prodotto sbagliato", "falsches Produkt", "wrong product"),
    "wrong_quantity": ("quantità sbagliata", "falsche Menge", "wrong quantity"),
    "missing_quantity": ("quantità incompleta", "Menge unvollständig", "quantity incomplete"),
    "late_delivery": ("consegna in ritardo", "verspätete Lieferung", "late delivery"),
    "damaged_in_transit": ("danneggiato durante il trasporto", "Transportschaden", "damaged in transit"),
    "lost_in_transit": ("smarrito durante il trasporto", "auf dem Transport verloren", "lost in transit"),
    "not_delivered": ("non consegnato", "nicht geliefert", "not delivered"),
    "returned": ("reso", "zurückgesandt", "returned"),
    "goodwill": ("per cortesia commerciale", "aus Kulanz", "as a gesture of goodwill"),
    "other": ("altro motivo", "sonstiger Grund", "other reason"),
}  # fmt: skip
# What other machines call the same.
SAME: Mapping[str, str] = {
    "customer_cancelled": "customer_request", "cancelled_by_customer": "customer_request",
    "requested_by_customer": "customer_request", "duplicate": "duplicate_order", "no_payment": "payment_missing",
    "not_paid": "payment_missing", "unpaid": "payment_missing", "payment_declined": "payment_failed",
    "artwork_missing": "print_data_missing", "data_missing": "print_data_missing",
    "no_print_data": "print_data_missing", "artwork_faulty": "print_data_faulty", "data_error": "print_data_faulty",
    "print_data_error": "print_data_faulty",
    "not_printable": "not_producible", "paper_out": "out_of_paper", "no_paper": "out_of_paper",
    "machine_breakdown": "machine_failure", "machine_down": "machine_failure", "wrong_price": "price_error",
    "fraud": "fraud_suspected", "defect": "print_defect", "printing_defect": "print_defect", "print_error": "misprint",
    "bad_quality": "print_quality", "poor_quality": "print_quality", "quality": "print_quality",
    "color_deviation": "colour_deviation", "color_mismatch": "colour_deviation", "colour_mismatch": "colour_deviation",
    "wrong_color": "colour_deviation", "wrong_colour": "colour_deviation", "cut_error": "cutting_error",
    "miscut": "cutting_error", "cutting_defect": "cutting_error", "wrong_cut": "cutting_error",
    "fold_error": "folding_error", "folding_defect": "folding_error", "binding_defect": "binding_error",
    "lamination_defect": "finishing_defect", "wrong_material": "wrong_paper", "wrong_size": "wrong_format",
    "wrong_item": "wrong_product", "quantity_short": "missing_quantity", "short_quantity": "missing_quantity",
    "missing_copies": "missing_quantity", "incomplete": "missing_quantity", "late": "late_delivery",
    "delivered_late": "late_delivery", "delivery_late": "late_delivery", "damaged": "damaged_in_transit",
    "transport_damage": "damaged_in_transit", "shipping_damage": "damaged_in_transit", "lost": "lost_in_transit",
    "lost_in_shipping": "lost_in_transit", "parcel_lost": "lost_in_transit", "return": "returned",
}  # fmt: skip
_LANGUAGES = ("it", "de", "en")
_CODE = re.compile(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*")


def in_words(reason: str, language: str) -> str:
    """`reason` as customers read it in `language` (it, de, en): a code in its words, people's own words as they are.

    A code that nobody here knows has blanks for its underscores. Without what cannot be printed; "" where nothing is
    left.
    """
    said = printable(reason).strip()
    if not _CODE.fullmatch(said):
        return said
    code = said.casefold().replace("-", "_")
    meaning = MEANINGS.get(SAME.get(code, code))
    return meaning[_LANGUAGES.index(language)] if meaning else said.replace("_", " ").strip()
