"""The job ticket: one page, options in words, a QR code that leads to the item."""

import pytest
from papers import ticket
from reading import pages, text

from partnershop.documents.job_ticket import render_ticket, ticket_html
from partnershop.gateways.ticket import Feature


def test_a_ticket_says_what_to_make() -> None:
    printed = text(render_ticket(ticket()))
    for wanted in (
        "Auftrag A-1001 · Position 1",
        "Flyer A6, beidseitig bedruckt",
        "Auflage Menge der Position Fällig am 1.000 Stück 2 12.03.2026",
        "Papier Bilderdruck glänzend 135 g/m²",
        "Veredelung keine",
        "Datenprüfung Basis",
        "gutendruck.A-1001.1",
        "http://127.0.0.1:8080/shops/gutendruck/orders/A-1001/items/1",
    ):
        assert wanted in printed, wanted


@pytest.mark.parametrize(
    ("language", "title"), [("it", "Scheda di lavorazione"), ("de", "Auftragstasche"), ("xx", "Job ticket")]
)
def test_a_ticket_speaks_the_shops_language(language: str, title: str) -> None:
    assert title in text(render_ticket(ticket(language=language)))


@pytest.mark.parametrize(
    ("count", "letters"), [(0, 0), (1, 1000), (18, 10), (24, 39), (24, 200), (60, 20), (90, 170), (300, 5)]
)
@pytest.mark.parametrize("long", [False, True])
def test_a_ticket_is_always_one_page(count: int, letters: int, long: bool) -> None:
    features = tuple(
        Feature(f"a{number}", "o", f"Merkmal {number}", ("Wort " * letters)[:letters]) for number in range(1, count + 1)
    )
    words = "W\u00dcRSTE" * 400 if long else "Flyer"
    made = ticket(features, order=words, product_name=words, description=words, shop_name=words, key=words)
    printed = pages(render_ticket(made if long else ticket(features)))
    assert len(printed) == 1
    if 0 < count <= 60:
        assert f"Merkmal {count}" in printed[0]
    assert "Fällig am" in printed[0]


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    features = tuple(Feature(f"a{number}", "o", f"Merkmal {number}", "x" * 60) for number in range(90))
    printed = text(render_ticket(ticket(features)))
    assert "Merkmal 0" in printed
    assert "Merkmal 89" not in printed
    assert "… …" in printed


def test_the_code_is_drawn_and_differs_with_the_address() -> None:
    one, other = ticket_html(ticket()), ticket_html(ticket(address="http://127.0.0.1:8080/other"))
    assert one.count("<svg") == other.count("<svg") == 1
    assert _code(one) != _code(other)


def test_without_a_print_run_a_ticket_says_none() -> None:
    printed = text(render_ticket(ticket((Feature("format", "a6", "Format", "A6"),))))
    assert "Auflage Menge der Position Fällig am – 2" in printed


def _code(page: str) -> str:
    return page[page.index("<svg") : page.index("</svg>")]
