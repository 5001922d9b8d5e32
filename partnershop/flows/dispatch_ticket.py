"""The ticket of a hand-over: what a producer needs to know of an item."""

import re
from datetime import date, timedelta
from urllib.parse import quote

from models import Dispatch, Item, Order, Shop, ShopSettings
from partnershop import clock
from partnershop.config import config
from partnershop.flows.settings import LoadedCatalogue
from partnershop.gateways.ticket import Feature, Ticket


def key_of(shop: Shop, order: Order, item: Item, dispatch: Dispatch) -> str:
    """Our own order name at the producer: readable, safe as a file name, and made unique by the row's id."""
    name = re.sub(r"[^A-Za-z0-9._-]", "_", f"{shop.code}-{order.number}-{item.key}")
    return f"{name[:80]}-{dispatch.id}"


def ticket_of(
    shop: Shop, settings: ShopSettings, catalogue: LoadedCatalogue, order: Order, item: Item, dispatch: Dispatch
) -> Ticket:
    """What the producer is told of the item, in the shop's language."""
    language = settings.language
    chosen = {key: attribute.default for key, attribute in catalogue.rules.get(item.product, {}).items()}
    chosen |= item.options
    features = [
        Feature(key, option, *catalogue.words(item.product, key, option, language))
        for key, option in chosen.items()
        if option is not None
    ]
    return Ticket(
        key=dispatch.key,
        shop=shop.code,
        shop_name=settings.seller["legal_name"],
        language=language,
        order=order.number,
        item=item.key,
        product=item.product,
        product_name=catalogue.product_name(item.product, language),
        description=item.description,
        copies=item.quantity,
        features=tuple(features),
        due_date=working_days_after(clock.local_day(dispatch.created_at, settings.timezone), settings.production_days),
        address=_address(shop, order, item),
    )


def working_days_after(day: date, days: int) -> date:
    """The day that is so many working days (Monday to Friday) after another."""
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            days -= 1
    return day


def _address(shop: Shop, order: Order, item: Item) -> str:
    parts = ("shops", shop.code, "orders", order.number, "items", item.key)
    return "/".join([config().public_url, *(quote(part, safe="") for part in parts)])
