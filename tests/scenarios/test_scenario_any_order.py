"""Whatever the order, the delay or the duplication of events: the same events end in the same books."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import strategies  # noqa: F401  loads the profile of the run
from factories import AT_UNITEDPRINT, Books, Scene, item, shipping
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import Item

NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Story:
    """An order and what happens to it, as (kind, data) without the order's number; in the natural order."""

    placed: Mapping[str, Any]
    happened: Sequence[tuple[str, dict[str, Any]]]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Orders of up to four items at several rates, paid, shipped, complained about and cancelled in part or whole."""
    count = draw(st.integers(1, 4))
    keys = [str(number) for number in range(1, count + 1)]
    items = [
        item(
            key,
            f"{draw(st.integers(100, 9999))}.{draw(st.integers(0, 99)):02d}",
            draw(st.sampled_from(("22", "10", "4"))),
            **draw(st.sampled_from(({}, {"options": AT_UNITEDPRINT}))),
        )
        for key in keys
    ]
    charges = [shipping()] if draw(st.booleans()) else []
    method = draw(st.sampled_from(("card", "invoice")))
    happened: list[tuple[str, dict[str, Any]]] = [
        ("payment.received", {
            "payment": f"P-{number}", "amount": amount, "currency": "EUR", "method": "card",
            "received_at": "2026-03-02T09:14:00Z",
        })
        for number, amount in enumerate(draw(st.lists(st.sampled_from(("50.00", "4000.00", "60000.00")), max_size=2)))
    ]  # fmt: skip
    happened += [("item.shipped", {"item": key}) for key in keys if draw(st.integers(0, 3))]
    for number in range(draw(st.integers(0, 2))):
        # Two of at most 45 % fit on one line whichever comes first, so none is refused for want of what is left.
        complaint = {"complaint": number, "item": draw(st.sampled_from(keys)), "reason": "colours are off"}
        happened.append(("complaint.opened", complaint))
        if draw(st.integers(0, 3)):
            percent = draw(st.sampled_from(("45", "33.3333", "0.5")))
            happened.append(("complaint.accepted", {"complaint": number, "reduction": {"percent": percent}}))
        else:
            happened.append(("complaint.rejected", {"complaint": number, "reason": "as proofed"}))
    cancelled = draw(st.lists(st.sampled_from(keys), unique=True, max_size=count))
    happened += [("item.cancelled", {"item": key, "reason": "customer_request"}) for key in cancelled]
    if not draw(st.integers(0, 5)):
        happened.append(("order.cancelled", {"reason": "customer_request"}))
    return Story({"items": items, "charges": charges, "payment_method": method}, happened)


def events_of(scene: Scene, story: Story, number: str) -> list[dict[str, Any]]:
    """The story's events, for an order of this number."""
    events = [scene.event("order.placed", **scene.order(number, **story.placed))]
    for kind, data in story.happened:
        named = data | {"order": number}
        if "complaint" in data:
            named["complaint"] = f"C-{number}-{data['complaint']}"
        events.append(scene.event(kind, **named))
    return events


def ended(scene: Scene, number: str) -> tuple[Books, int, int, list[str]]:
    """The books of an order, what was paid, what its cases entitle to, and where its items are."""
    row = scene.row(number)
    states = [row.state.value for row in scene.of_order(Item, number)]
    return scene.books(number), row.paid, row.entitled, states


@pytest.mark.parametrize("invoice_on", ["placed", "shipped"])
def test_the_books_of_an_order_do_not_depend_on_the_order_or_the_duplication_of_its_events(
    scene: Scene, invoice_on: str
) -> None:
    if invoice_on != "shipped":
        scene.change_settings(invoice_on=invoice_on)

    @settings(max_examples=18, deadline=None, suppress_health_check=list(HealthCheck))
    @given(stories(), st.data())
    def play(story: Story, data: st.DataObject) -> None:
        straight, shuffled = f"A-{next(NUMBERS)}", f"B-{next(NUMBERS)}"
        scene.knock(*events_of(scene, story, straight))
        scene.go()
        events = data.draw(st.permutations(events_of(scene, story, shuffled)))
        again = data.draw(st.lists(st.sampled_from(events), max_size=4))
        for duplicate in again:
            place = data.draw(st.integers(0, len(events)))
            events = [*events[:place], duplicate, *events[place:]]
        while events:
            count = data.draw(st.integers(1, len(events)))
            scene.knock(*events[:count])
            events = events[count:]
            scene.go()
        assert ended(scene, shuffled) == ended(scene, straight)

    play()
