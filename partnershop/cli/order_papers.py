"""What lets a refused paper go on: `partnershop order correct-buyer | correct-line | confirm-reversal | drop-case`."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from models import Case, Order, RefusedPaper
from partnershop.cli.ending import UnknownThing
from partnershop.cli.item import OrderArgument, ReasonOption
from partnershop.cli.operators import AsOption, EvenUnknownOption, NoWaitOption, ShopOption, act, known_shop
from partnershop.cli.place import DataOption, JsonOption, connect
from partnershop.db import unit_of_work

CaseOption = Annotated[
    int | None, typer.Option("--case", metavar="NUMBER", help="Which case, where several of the order wait.")
]


def add_to(group: typer.Typer) -> None:
    """Add the commands to the group of an order's."""
    group.command("correct-buyer")(correct_buyer)
    group.command("correct-line")(correct_line)
    group.command("confirm-reversal")(confirm_reversal)
    group.command("drop-case")(drop_case)


def _member(flag: str, words: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(flag, help=words, rich_help_panel="What is right")
    return option


def correct_buyer(
    order: OrderArgument,
    shop: ShopOption,
    reason: ReasonOption,
    buyer_name: Annotated[str | None, _member("--name", "The person's name.")] = None,
    company: Annotated[str | None, _member("--company", 'The company\'s name; "" for none.')] = None,
    street: Annotated[str | None, _member("--street", "Street and number.")] = None,
    postcode: Annotated[str | None, _member("--postcode", "Postcode.")] = None,
    city: Annotated[str | None, _member("--city", "City.")] = None,
    country: Annotated[str | None, _member("--country", "Country, two letters (ISO 3166).")] = None,
    email: Annotated[str | None, _member("--email", "Mail address.")] = None,
    vat_id: Annotated[str | None, _member("--vat-id", 'VAT id with its prefix; "" for none.')] = None,
    tax_code: Annotated[str | None, _member("--tax-code", 'Tax number, codice fiscale; "" for none.')] = None,
    recipient_code: Annotated[str | None, _member("--recipient-code", 'CodiceDestinatario; "" for none.')] = None,
    pec: Annotated[str | None, _member("--pec", 'PECDestinatario; "" for none.')] = None,
    name: AsOption = None,
    no_wait: NoWaitOption = False,
    even_unknown: EvenUnknownOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Correct the buyer of an order whose invoice is not issued yet. What was refused is tried again at once.

    Give what was wrong, as it is right; all else stays. An issued invoice never changes, nor do its corrections name
    another buyer: cancel such an order and have it placed again. Says the number of the invoice, or what it breaks now.

    Exit codes: 0 done; 1 refused, it or the invoice, with the reason; 2 wrong use or unknown; 3 no connection.
    """
    members = {
        "name": buyer_name, "company": company, "street": street, "postcode": postcode, "city": city,
        "country": country, "email": email, "vat_id": vat_id, "tax_code": tax_code, "recipient_code": recipient_code,
        "pec": pec,
    }  # fmt: skip
    buyer = {member: value for member, value in members.items() if value is not None}
    if not buyer:
        raise UnknownThing("say what is right: at least one of --name, --vat-id, --tax-code and the others")
    act(
        "buyer.corrected",
        {"order": order, "buyer": buyer, "reason": reason},
        shop=shop,
        name=name,
        data=data,
        wait=not no_wait,
        as_json=as_json,
        even_unknown=even_unknown,
        then_invoiced=True,
    )


def correct_line(
    order: OrderArgument,
    item: Annotated[str, typer.Argument(help="The key of the item, or of the charge, in its order.")],
    description: Annotated[str, typer.Option("--description", help="What its line on papers is to say.")],
    shop: ShopOption,
    reason: ReasonOption,
    name: AsOption = None,
    no_wait: NoWaitOption = False,
    even_unknown: EvenUnknownOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Describe an item or a charge anew whose invoice is not issued yet. What was refused is tried again at once.

    Price, quantity and options stay. An issued invoice never changes: cancel such an order and have it placed again.

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong use or unknown; 3 no connection.
    """
    act(
        "item.described",
        {"order": order, "item": item, "description": description, "reason": reason},
        shop=shop,
        name=name,
        data=data,
        wait=not no_wait,
        as_json=as_json,
        even_unknown=even_unknown,
    )


def confirm_reversal(
    order: OrderArgument,
    shop: ShopOption,
    reason: ReasonOption,
    case: CaseOption = None,
    name: AsOption = None,
    no_wait: NoWaitOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Let a reversal be issued that comes more than a year after the supply (art. 26 DPR 633/72), with the reason.

    Comma 3 allows no VAT to be taken back then; comma 2 (void, annulled, rescinded supplies and the like) has no such
    limit. Which it is, is yours to know; your name and the reason are kept with the case.

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong use or unknown; 3 no connection.
    """
    members = {"order": order, "case": _case_of(shop, order, case, data), "reason": reason}
    act("case.confirmed", members, shop=shop, name=name, data=data, wait=not no_wait, as_json=as_json)


def drop_case(
    order: OrderArgument,
    shop: ShopOption,
    reason: ReasonOption,
    case: CaseOption = None,
    name: AsOption = None,
    no_wait: NoWaitOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Drop a cancellation or an accepted complaint whose paper is refused. It has changed nothing, and will not.

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong use or unknown; 3 no connection.
    """
    members = {"order": order, "case": _case_of(shop, order, case, data), "reason": reason}
    act("case.dropped", members, shop=shop, name=name, data=data, wait=not no_wait, as_json=as_json)


def _case_of(shop: str, order: str, case: int | None, data: Path | None) -> int:
    """The case that is meant: the one given, or the only one of the order whose paper is refused."""
    if case is not None:
        return case
    connect(data)
    with unit_of_work() as session:
        waiting = session.scalars(
            select(Case.id)
            .join(RefusedPaper, RefusedPaper.case_id == Case.id)
            .join(Order, Order.id == Case.order_id)
            .where(Order.shop_id == known_shop(session, shop).id, Order.number == order)
            .where(RefusedPaper.released_at.is_(None))
            .order_by(Case.id)
        ).all()
    if len(waiting) == 1:
        return waiting[0]
    if waiting:
        raise UnknownThing(f"say which case: --case with one of {', '.join(map(str, waiting))}")
    raise UnknownThing(f"no case of order {order} at shop {shop} waits because of a refused paper")
