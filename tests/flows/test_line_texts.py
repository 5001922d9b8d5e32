"""What a line is called on papers: never nothing, and an operator can put it right until the invoice is issued."""

import json

import pytest
from commanding import Run
from factories import PRODUCTS, Scene, item, shipping
from refusing import open_ones

UNPRINTABLE = "Visitenkarten für ரஹீம்"
BLANK = [" ", "\u200b", "\u202e\t", "\u00a0"]


@pytest.fixture
def invoiced(scene: Scene) -> Scene:
    """The shop that invoices at once."""
    scene.change_settings(invoice_on="placed")
    return scene


def described(scene: Scene, order: str) -> list[str]:
    """The descriptions on the order's first invoice."""
    return [line.description for line in scene.lines(scene.papers(order)[0])]


@pytest.mark.parametrize("blank", BLANK)
def test_a_description_of_which_nothing_can_be_printed_is_the_name_of_the_product(invoiced: Scene, blank: str) -> None:
    invoiced.place("A-1", [item("1", "50.00", description=blank)], charges=[shipping() | {"description": blank}])
    invoiced.go()
    assert open_ones() == []
    assert described(invoiced, "A-1") == ["flyer", "shipping"]


def test_the_product_is_named_in_the_language_of_the_paper(invoiced: Scene) -> None:
    flyer = PRODUCTS["flyer"] | {"names": {"it": "volantino", "de": "Flugblatt", "en": "flyer"}}
    invoiced.load_catalogue(PRODUCTS | {"flyer": flyer})
    invoiced.place("A-1", [item("1", "50.00", description=" ")])
    invoiced.go()
    assert described(invoiced, "A-1") == ["volantino"]


def refused_order(scene: Scene, order: str) -> None:
    """An order whose item and charge have texts that no typeface has."""
    scene.place(
        order, [item("1", "50.00", description=UNPRINTABLE)], charges=[shipping() | {"description": UNPRINTABLE}]
    )
    scene.go()


def test_a_line_that_cannot_be_printed_is_described_anew_and_the_invoice_tried_again(invoiced: Scene) -> None:
    refused_order(invoiced, "A-1")
    assert open_ones() == [("invoice", ["P-TEXT-1", "P-TEXT-1"])]
    invoiced.operator("item.described", order="A-1", item="1", description="Visitenkarten", reason="they agree")
    invoiced.go()
    assert open_ones() == [("invoice", ["P-TEXT-1"])]
    invoiced.operator("item.described", order="A-1", item="shipping", description="Versand", reason="they agree")
    invoiced.go()
    assert open_ones() == []
    assert described(invoiced, "A-1") == ["Visitenkarten", "Versand"]


def test_once_the_invoice_is_issued_nothing_is_described_anew(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00")])
    invoiced.go()
    said = invoiced.operator("item.described", order="A-1", item="1", description="Cards", reason="they agree")
    invoiced.go()
    event = invoiced.told(said)
    assert (event.refused, "FT-2026-000001 of A-1 was issued" in str(event.outcome)) == (True, True)
    assert described(invoiced, "A-1") == ["item 1"]


def test_a_line_that_is_not_there_is_waited_for(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00", description=UNPRINTABLE)])
    said = invoiced.operator("item.described", order="A-1", item="2", description="Cards", reason="they agree")
    invoiced.go()
    assert invoiced.told(said).state.value == "parked"
    assert len(open_ones()) == 1


def test_a_line_is_described_anew_on_the_command_line(invoiced: Scene, run: Run) -> None:
    refused_order(invoiced, "A-1")
    arguments = ("--shop", invoiced.code, "--reason", "x", "--no-wait")
    unknown = run("order", "correct-line", "A-1", "7", "--description", "Flyer", *arguments)
    assert (unknown.code, "order A-1 has no item 7" in unknown.err) == (2, True)
    control = run("order", "correct-line", "A-1", "1", "--description", "\x07", *arguments)
    assert (control.code, control.err.count("--description")) == (2, 1)
    for line in ("1", "shipping"):
        assert run("order", "correct-line", "A-1", line, "--description", "Flyer", *arguments).code == 0
    invoiced.go()
    assert described(invoiced, "A-1") == ["Flyer", "Flyer"]
    (shown,) = json.loads(run("show", "A-1", "--shop", invoiced.code, "--json").out)["items"]
    assert shown["description"] == "Flyer"
