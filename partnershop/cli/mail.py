"""`partnershop mail list | show | resend`: what customers and operators were sent, and sending it once more."""

from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from models import Mail, Shop
from partnershop.cli.ending import UnknownThing
from partnershop.cli.operators import ShopOption, known_shop
from partnershop.cli.output import document, pairs, say, table
from partnershop.cli.place import DataOption, JsonOption, connect
from partnershop.db import unit_of_work
from partnershop.flows import mail, mail_reading
from partnershop.flows.mail_reading import Listed, Wanted

group = typer.Typer(help="Mails to customers and operators.", no_args_is_help=True)

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most, the newest first.")]
StateOption = Annotated[
    Wanted | None,
    typer.Option("--state", help="Only those in this state; `uncertain`: nobody knows whether they arrived."),
]
OrderOption = Annotated[str | None, typer.Option("--order", help="Only those about this order.")]
NameArgument = Annotated[
    str, typer.Argument(metavar="MAIL", help="The mail as `mail list` names it (M-17), or the number of a paper in it.")
]
_HEADINGS = {
    "mail": "Mail",
    "kind": "Kind",
    "order": "Order",
    "papers": "Papers",
    "state": "State",
    "attempts": "Attempts",
    "sent_at": "Sent at",
    "recipients": "Recipient",
    "last_error": "Last error",
}


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="mail")


@group.command("list")
def list_mails(
    shop: ShopOption,
    state: StateOption = None,
    order: OrderOption = None,
    limit: LimitOption = 500,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """List the mails of a shop, the newest first.

    due: to be sent, or tried again (attempts, last error). sent: a server took it. parked: given up, see the last
    error; `mail resend` or `retry` sends it all the same. off: the shop sends its mails itself. A mail that is not
    composed yet has no recipient.

    Exit codes: 0 listed; 2 no such shop; 3 no connection.
    """
    connect(data)

    with unit_of_work() as session:
        found = mail_reading.listed(session, known_shop(session, shop), state, order, limit)
    rows = [_row(one) for one in found]
    if as_json:
        document(rows)
        return
    cells = [
        [", ".join(value) if isinstance(value, list) else value for value in (row[key] for key in _HEADINGS)]
        for row in rows
    ]
    table(f"mails of {shop}", _HEADINGS, cells, as_json=False)


@group.command("show")
def show(name: NameArgument, shop: ShopOption, as_json: JsonOption = False, data: DataOption = None) -> None:
    """Print a mail as it was composed: who sends it to whom, its subject and its text.

    Exit codes: 0 printed; 2 no such shop or mail; 3 no connection.
    """
    connect(data)

    with unit_of_work() as session:
        found = _find(session, known_shop(session, shop), name)
        row = _row(mail_reading.names_of(session, found)) | _composed(found)
    if as_json:
        document(row)
        return
    text = row.pop("text")
    del row["html"]
    shown = {key: ", ".join(value) if isinstance(value, list) else value for key, value in row.items()}
    pairs("", {key.replace("_", " "): value for key, value in shown.items() if value not in (None, "")})
    say(f"\n{text}" if text else "it is not composed yet")


@group.command("resend")
def resend(name: NameArgument, shop: ShopOption, as_json: JsonOption = False, data: DataOption = None) -> None:
    """Send a mail once more: the same message, with the same Message-ID and the same papers byte for byte.

    Also one that was parked, or that the shop would have sent itself (off).

    Exit codes: 0 it is due; 2 no such shop or mail; 3 no connection.
    """
    connect(data)

    with unit_of_work() as session:
        found = _find(session, known_shop(session, shop), name)
        mail.make_due_again(session, found)
        row = _row(mail_reading.names_of(session, found))
    if as_json:
        document(row)
    else:
        say(f"{row['mail']} ({', '.join(row['papers']) or row['order'] or shop}, {row['kind']}) is due")


def _find(session: Session, shop: Shop, name: str) -> Mail:
    try:
        return mail_reading.find(session, shop, name)
    except mail_reading.NoMail as problem:
        raise UnknownThing(str(problem)) from None


def _row(found: Listed) -> dict[str, Any]:
    row = found.mail
    return {
        "mail": row.name,
        "kind": row.kind.value,
        "order": found.order,
        "papers": list(found.papers),
        "state": row.state.value,
        "attempts": row.attempts,
        "sent_at": row.sent_at,
        "times_sent": row.times_sent,
        "uncertain_since": row.uncertain_at,
        "recipients": row.recipients or [],
        "answer": row.answer,
        "last_error": row.last_error,
    }


def _composed(row: Mail) -> dict[str, Any]:
    return {
        "composed_at": row.composed_at,
        "message_id": row.message_id,
        "sender": row.sender,
        "sender_name": row.sender_name,
        "reply_to": row.reply_to,
        "bcc": row.bcc or [],
        "language": row.language,
        "subject": row.subject,
        "text": row.text_body,
        "html": row.html_body,
    }
