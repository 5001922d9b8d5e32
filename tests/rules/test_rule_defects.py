"""Which reasons of complaints are defects of production (UNTDID 5189, code 65), and which are not (95)."""

from decimal import Decimal

import pytest

from partnershop.rules.defects import is_defect, reduction_code
from partnershop.rules.papers import Reduction, reduction

DEFECTS = (
    "Schnitt schief", "Farbe weicht vom Muster ab", "Farbe blättert ab", "Falsche Falzung", "Papier zu dünn",
    "Druck verschmiert", "Bindung löst sich auf", "Drei Flecken auf der Rückseite", "SCHNITT ZU KURZ", "Falz gebrochen",
    "colours are off", "Printed off centre", "Cut two millimetres short", "smudged ink", "pages are missing",
    "Colori sbiaditi", "Taglio storto", "La stampa è sfocata", "Carta più leggera dell'ordine", "macchie sul retro",
    "Qualità scadente", "tinta sbagliata", "colour",
    "print_defect", "colour-deviation", "CUTTING", "paper_quality", "produktionsfehler",
    "Zu spät und schief geschnitten",
)  # fmt: skip
OTHERS = (
    "Lieferung zwei Tage zu spät", "Kulanz", "Irrtum", "Zwei Exemplare zu wenig", "Palette kam offen an",
    "Der Druck kam zu spät", "Inkl. Versand berechnet", "Druckdaten waren vom Kunden falsch",
    "delivered late", "prints came a week late", "customer withdraws", "no longer needed", "goodwill",
    "lost in transit", "the customer has called", "paperwork was missing", "wrong folder ordered",
    "Consegna in ritardo di due giorni", "Stampe consegnate in ritardo", "il cliente ha cambiato idea",
    "pacco smarrito", "la stampante del cliente", "late_delivery", "customer_request", "", "—", "12345",
    "Doppelt bestellt",
)  # fmt: skip


@pytest.mark.parametrize("reason", DEFECTS)
def test_what_names_how_the_thing_was_made_is_a_defect(reason: str) -> None:
    assert is_defect(reason)
    assert reduction_code(reason) == "65"


@pytest.mark.parametrize("reason", OTHERS)
def test_anything_else_is_not(reason: str) -> None:
    assert not is_defect(reason)
    assert reduction_code(reason) == "95"


def test_accents_may_be_composed_or_not() -> None:
    assert is_defect("Qualita\N{COMBINING GRAVE ACCENT} scadente")
    assert not is_defect("Lieferung zu spa\N{COMBINING DIAERESIS}t, Druck gut")


def test_a_percentage_stands_with_what_it_was_taken_of_and_a_net_amount_alone() -> None:
    assert reduction("C-1", "Schnitt schief", 500, 5000, Decimal(10)) == Reduction(
        "C-1", "Schnitt schief", 500, "65", 5000, Decimal(10)
    )
    assert reduction("C-1", "Kulanz", 500, 5000, None) == Reduction("C-1", "Kulanz", 500, "95", None, None)


@pytest.mark.parametrize("percent", [None, Decimal("10.0000"), Decimal("12.5"), Decimal(100)])
def test_a_reduction_is_read_back_as_it_was_stored(percent: Decimal | None) -> None:
    granted = reduction("C-1", "colours are off", 500, 5000, percent)
    assert Reduction.of(granted.stored()) == granted
    assert granted.stored()["percent"] in (None, "10", "12.5", "100")


def test_a_reduction_of_an_earlier_version_is_read_without_a_code() -> None:
    stored = {"complaint": "C-1", "reason": "colours are off", "amount": 500}
    assert Reduction.of(stored) == Reduction("C-1", "colours are off", 500)
