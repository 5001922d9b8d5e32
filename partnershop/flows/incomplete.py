"""Settings that are incomplete now: the catalogue may gain an attribute of which no shop has ticked an option."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Shop, ShopSettings
from partnershop.flows.settings import catalogue_in_force, place_of_production
from partnershop.rules.eligibility import IncompleteSettings, empty_attributes


@dataclass(frozen=True)
class Incomplete:
    """A shop's product with attributes of which no option is ticked, and what becomes of its items until one is."""

    shop: str
    product: str
    attributes: tuple[str, ...]
    items: IncompleteSettings


def incomplete_settings(session: Session) -> list[Incomplete]:
    """What is incomplete by the catalogue in force, of every shop. Raises `Refused` while no catalogue is loaded."""
    catalogue = catalogue_in_force(session).rules
    rows = session.execute(
        select(Shop.code, ShopSettings).join(ShopSettings, ShopSettings.id == Shop.settings_id).order_by(Shop.code)
    )
    found = []
    for code, settings in rows:
        place = place_of_production(settings)
        empty = set(empty_attributes(catalogue, place))
        for product in place.ticked:
            # Asked of the rule, attribute by attribute: a key may have a point in it.
            names = tuple(key for key in catalogue.get(product, {}) if f"{product}.{key}" in empty)
            if names:
                found.append(Incomplete(code, product, names, place.incomplete_settings))
    return found
