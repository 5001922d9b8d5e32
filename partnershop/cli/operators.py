"""Operators' actions: the same events as the shop's, from `/operators/{name}`, through the same intake and rules."""

import getpass
import re
import time
import unicodedata
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, CaseState, Event, EventState, RefusedPaper, Shop
from partnershop import clock
from partnershop.cli.ending import UnknownThing
from partnershop.cli.known import check_known
from partnershop.cli.option_words import in_words_of_options
from partnershop.cli.output import document, note, say
from partnershop.cli.place import connect
from partnershop.contract import TYPE_PREFIX, SourceRule
from partnershop.db import unit_of_work
from partnershop.errors import Refused
from partnershop.flows import shops
from partnershop.flows.intake import accept

AsOption = Annotated[
    str | None, typer.Option("--as", metavar="NAME", help="Who does it; else the name you are logged in with.")
]
NoWaitOption = Annotated[bool, typer.Option("--no-wait", help="Do not wait until the event is handled.")]
EvenUnknownOption = Annotated[
    bool,
    typer.Option("--even-unknown", help="Keep the event until its order, item or complaint is known."),
]
ShopOption = Annotated[str, typer.Option("--shop", help="The shop's code.")]
WAIT_SECONDS = 20.0
_POLL_SECONDS = 0.1
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Told:
    """What became of an action: its event's state and sentence, and those of the case it opened, if it did.

    Where it put an order right, also the number of its invoice, or why that was refused again.
    """

    event: str
    state: str
    refused: bool
    sentence: str
    case: int | None = None
    case_state: str | None = None
    case_sentence: str | None = None
    invoice: str | None = None
    invoice_refused: str | None = None

    @property
    def fine(self) -> bool:
        """Whether neither the event nor its case or invoice was refused or set aside."""
        bad_case = self.case_state in (CaseState.REFUSED.value, CaseState.PARKED.value)
        bad = self.refused or self.state == EventState.QUARANTINED.value or self.invoice_refused is not None
        return not bad and not bad_case


def operator_source(name: str | None) -> str:
    """The source of an operator's events: "/operators/" and the name, with whatever an address cannot carry as "-".

    Letters lose their accents, so that a name stays readable: "Zoë Weiß" is "Zoe-Wei".
    """
    if name is None:
        try:
            name = getpass.getuser()
        except (KeyError, OSError):
            name = "operator"
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-.")[:_LONGEST_NAME].strip("-.")
    return f"/operators/{safe or 'operator'}"


def known_shop(session: Session, code: str) -> Shop:
    """The shop of this code. Raises `UnknownThing` (exit code 2) when there is none."""
    try:
        return shops.find(session, code)
    except Refused as problem:
        raise UnknownThing(str(problem)) from None


def act(
    kind: str,
    members: dict[str, Any],
    *,
    shop: str,
    name: str | None,
    data: Path | None,
    wait: bool,
    as_json: bool,
    even_unknown: bool = False,
    then_invoiced: bool = False,
) -> None:
    """Send one action of an operator, wait until it is handled, and say what became of it.

    `members` are the data of an event of the short type `kind`. Exits 1, with the reason, when it is refused; with
    `then_invoiced` also when the order's invoice, which is waited for too, is. Raises `UnknownThing` when its order,
    item or complaint is not known, unless `even_unknown` lets it wait for that.
    """
    connect(data)
    event = event_of(kind, members, operator_source(name))
    send(shop, event, even_unknown=even_unknown)
    told = wait_for(event["source"], event["id"], WAIT_SECONDS if wait else 0.0)
    if then_invoiced and wait and told.fine and told.state == EventState.HANDLED.value:
        from partnershop.cli.awaiting_invoice import wait_for_invoice  # noqa: PLC0415  (it imports us)

        number, refused = wait_for_invoice(shop, members["order"], WAIT_SECONDS)
        told = replace(told, invoice=number, invoice_refused=refused)
    report(told, as_json)
    if wait and told.state == EventState.ACCEPTED.value:
        note("nobody has handled it yet: do the workers run? It is stored, and will be handled when they do")


def event_of(kind: str, members: dict[str, Any], source: str) -> dict[str, Any]:
    """A CloudEvent of this short type with an id of its own, as of now. Members that are None are left out."""
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": source,
        "type": TYPE_PREFIX + kind,
        "time": clock.now().isoformat(timespec="seconds"),
        "subject": members["order"],
        "datacontenttype": "application/json",
        "data": {key: value for key, value in members.items() if value is not None},
    }


def send(shop: str, event: dict[str, Any], *, even_unknown: bool = False) -> None:
    """Store an operator's event by the same checks as the door's. Raises `UnknownThing` with what is wrong with it.

    A wrong one is not kept in quarantine: nothing is lost, since the operator is told at once. For the same reason what
    is not known is most likely mistyped, and raises too, unless `even_unknown`.
    """
    with unit_of_work() as session:
        row = known_shop(session, shop)
        receipt = accept(session, row, [event], sources=SourceRule.OPERATORS)
        if receipt.quarantined:
            raise UnknownThing(in_words_of_options(receipt.quarantined[0]["errors"]))
        check_known(session, row, event["type"].removeprefix(TYPE_PREFIX), event["data"], even_unknown=even_unknown)


def report(told: Told, as_json: bool) -> None:
    """Say what became of an action. Exits 1 when it is not fine."""
    if as_json:
        document({key: value for key, value in vars(told).items() if value is not None})
    else:
        say(told.sentence)
        if told.case_sentence and told.case_sentence != told.sentence:
            say(told.case_sentence)
        if told.invoice is not None:
            say(f"its invoice is {told.invoice}")
        if told.invoice_refused is not None:
            say(f"its invoice is refused again: {told.invoice_refused}")
    if not told.fine:
        raise typer.Exit(1)


def wait_for(source: str, event_id: str, seconds: float) -> Told:
    """What has become of the event, and of its case, after at most that many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        with unit_of_work() as session:
            told = _told(session, source, event_id)
        case_open = told.case_state == CaseState.OPEN.value
        if (told.state != EventState.ACCEPTED.value and not case_open) or time.monotonic() >= deadline:
            return told
        time.sleep(_POLL_SECONDS)


def _is_refused(session: Session, case: Case) -> bool:
    query = select(RefusedPaper.id).where(RefusedPaper.case_id == case.id, RefusedPaper.released_at.is_(None))
    return session.scalars(query).first() is not None


def _told(session: Session, source: str, event_id: str) -> Told:
    event = session.scalars(select(Event).where(Event.source == source, Event.event_id == event_id)).one()
    case = session.scalars(select(Case).where(Case.event_id == event.id)).first()
    waiting = {EventState.ACCEPTED: "accepted, and waits to be handled", EventState.PARKED: "parked"}
    sentence = event.outcome or waiting.get(event.state, event.state.value)
    if event.state is EventState.PARKED:
        sentence = f"parked until that arrives: {sentence}"
    refused = event.refused
    if case and case.state is CaseState.REFUSED:
        # The event was good; only its case could tell that there is nothing to take off.
        refused, sentence = True, case.outcome or sentence
    elif case and case.state is CaseState.PARKED and _is_refused(session, case):
        sentence = f"{sentence}; set aside, since its paper is refused"
    elif case and case.state is CaseState.PARKED:
        sentence = f"{sentence}; given up for now: {case.last_error} (`partnershop retry` tries it again)"
    return Told(
        event=event_id,
        state=event.state.value,
        refused=refused,
        sentence=sentence,
        case=case.id if case else None,
        case_state=case.state.value if case else None,
        case_sentence=case.outcome if case else None,
    )
