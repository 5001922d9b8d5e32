"""Playing samples: the steps of play.yaml, one after the other, each until nothing is due."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Order, RefundRequest, RefundState, Shop
from partnershop.cli.files import picture_beside
from partnershop.cli.operators import event_of, operator_source, send
from partnershop.cli.sending import read_events
from partnershop.db import unit_of_work
from partnershop.errors import Refused
from partnershop.flows import shops
from partnershop.flows.catalogues import load
from partnershop.flows.yaml_files import Findings, read

BY = "/operators/demo"
_MEMBERS = ("say", "emit_until", "catalogue", "shop", "operator")
_REFUND_OF = re.compile(rb'"R-\{([^"{}]+)\}"')


@dataclass(frozen=True)
class Step:
    """One step: what is said of it, and the one thing it does (see the head of samples/play.yaml)."""

    say: str
    emit_until: str | None = None
    catalogue: str | None = None
    shop: str | None = None
    operator: Mapping[str, Any] | None = None


def read_steps(folder: Path) -> list[Step]:
    """The steps of FOLDER/play.yaml. Raises `Refused` when it is not as it should be."""
    findings = Findings("play.yaml")
    root = findings.mapping(read((folder / "play.yaml").read_text(encoding="utf-8")), "", ("steps",))
    steps = root.get("steps")
    given = steps if isinstance(steps, list) else []
    members = [findings.mapping(step, f"steps[{place}]", _MEMBERS) for place, step in enumerate(given)]
    for place, step in enumerate(members):
        if len(step) != 2 or "say" not in step:
            findings.note(f"steps[{place}]", f"must have `say` and one of {', '.join(_MEMBERS[1:])}")
    findings.refuse()
    return [Step(**step) for step in members]


def slices(events: Sequence[bytes], steps: Sequence[Step]) -> Iterator[tuple[Step, list[bytes]]]:
    """Each step with the events it sends: from after the last step's up to and including its `emit_until`.

    Raises `Refused` when an id is not there, and when events are left that no step sends.
    """
    ids = [json.loads(line)["id"] for line in events]
    start = 0
    for step in steps:
        end = start
        if step.emit_until is not None:
            if step.emit_until not in ids[start:]:
                raise Refused(f"no event {step.emit_until} is left to send")
            # The last of that id: an event may be there twice, to show that it counts once.
            end = len(ids) - ids[::-1].index(step.emit_until)
        yield step, list(events[start:end])
        start = end
    if start != len(ids):
        raise Refused(f"no step sends the last {len(ids) - start} events")


def by_shop(events: Sequence[bytes]) -> dict[str, list[bytes]]:
    """The events by the shop they come from, in their order."""
    found: dict[str, list[bytes]] = {}
    for line in events:
        found.setdefault(json.loads(line)["source"].removeprefix("/shops/"), []).append(line)
    return found


def load_shops(folder: Path) -> list[str]:
    """Load FOLDER/catalogue.yaml and FOLDER/shops/*.yaml; the shops' codes."""
    with unit_of_work() as session:
        load(session, (folder / "catalogue.yaml").read_text(encoding="utf-8"))
    codes = []
    for file in sorted((folder / "shops").glob("*.yaml")):
        with unit_of_work() as session:
            codes.append(_add_shop(session, file).shop.code)
    return codes


def _add_shop(session: Session, file: Path) -> shops.Saved:
    return shops.add(session, file.read_text(encoding="utf-8"), BY, picture_beside(file))


def secret_of(code: str) -> str:
    """The newest secret of a shop."""
    with unit_of_work() as session:
        return shops.secrets(session, shops.find(session, code))[0].secret


class Player:
    """Plays a folder of samples."""

    def __init__(
        self,
        folder: Path,
        emit: Callable[[str, list[bytes]], None],
        settle: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        """`emit` sends a shop's events to its door, `settle` waits until nothing is due, `say` gets a line per step."""
        self._folder = folder
        self._emit = emit
        self._settle = settle
        self._say = say

    def play(self) -> None:
        """Play all steps. Raises `Refused` when one is not taken."""
        steps = read_steps(self._folder)
        for number, (step, events) in enumerate(slices(read_events(self._folder / "events.jsonl"), steps), 1):
            self._say(f"{number}/{len(steps)}  {step.say}")
            for shop, lines in by_shop(events).items():
                self._emit(shop, [_with_refund(shop, line) for line in lines])
            self._act(step)
            self._settle()

    def _act(self, step: Step) -> None:
        if step.catalogue is not None:
            with unit_of_work() as session:
                load(session, (self._folder / step.catalogue).read_text(encoding="utf-8"))
        if step.shop is not None:
            with unit_of_work() as session:
                _add_shop(session, self._folder / step.shop)
        if step.operator is not None:
            action = step.operator
            send(action["shop"], event_of(action["type"], dict(action["data"]), operator_source(action["name"])))


def _with_refund(shop: str, line: bytes) -> bytes:
    """The event with the real number in the place of "R-{ORDER}"."""

    def number(found: "re.Match[bytes]") -> bytes:
        with unit_of_work() as session:
            return json.dumps(_refund_of(session, shop, found[1].decode()).name).encode()

    return _REFUND_OF.sub(number, line)


def _refund_of(session: Session, shop: str, order: str) -> RefundRequest:
    query = (
        select(RefundRequest)
        .join(Order, Order.id == RefundRequest.order_id)
        .join(Shop, Shop.id == Order.shop_id)
        .where(Shop.code == shop, Order.number == order, RefundRequest.state != RefundState.FAILED)
    )
    refund = session.scalars(query.order_by(RefundRequest.id.desc())).first()
    if refund is None:
        raise Refused(f"order {order} of {shop} has no refund request yet")
    return refund
