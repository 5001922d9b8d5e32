"""The stored catalogue and place of production as the rules want them, kept in memory by version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CatalogueVersion, ShopSettings
from partnershop.errors import Refused
from partnershop.rules.eligibility import Attribute, Catalogue, PlaceOfProduction


@dataclass(frozen=True)
class LoadedCatalogue:
    """A catalogue version: `rules` for deciding, `products` (as stored) for its words."""

    id: int
    label: str
    rules: Catalogue
    products: Mapping[str, Any]

    def product_name(self, product: str, language: str) -> str:
        """The product in words; its key where the catalogue has none."""
        return _words(self.products.get(product, {}).get("names", {}), language, product)

    def described(self, product: str, options: Mapping[str, str], language: str) -> list[tuple[str, str]]:
        """The chosen options as (attribute, option) in words, in the catalogue's order; strange ones last, as keys."""
        known = [key for key in self.rules.get(product, {}) if key in options]
        strange = sorted(key for key in options if key not in known)
        return [self.words(product, key, options[key], language) for key in known + strange]

    def words(self, product: str, attribute: str, option: str, language: str) -> tuple[str, str]:
        """An attribute and an option of it in words; their keys where the catalogue has none."""
        for spec in self.products.get(product, {}).get("attributes", ()):
            if spec["key"] == attribute:
                names = spec["options"].get(option, {})
                return _words(spec["names"], language, attribute), _words(names, language, option)
        return attribute, option


def _words(names: Mapping[str, str], language: str, key: str) -> str:
    return names.get(language) or names.get("en") or key


# By digest: it names the content, which an id does not where a database was restored or made anew.
_catalogues: dict[str, LoadedCatalogue] = {}
_KEPT = 8


def catalogue_in_force(session: Session) -> LoadedCatalogue:
    """The newest catalogue. Raises `Refused` when none has been loaded yet."""
    newest = select(CatalogueVersion.id, CatalogueVersion.digest).order_by(CatalogueVersion.id.desc()).limit(1)
    row = session.execute(newest).first()
    if row is None:
        raise Refused("no catalogue is loaded yet: run `partnershop catalogue load FILE` first")
    return _loaded(session, row.id, row.digest)


def catalogue(session: Session, version_id: int) -> LoadedCatalogue:
    """A catalogue version by its id."""
    digest = session.scalars(select(CatalogueVersion.digest).where(CatalogueVersion.id == version_id)).one()
    return _loaded(session, version_id, digest)


def _loaded(session: Session, version_id: int, digest: str) -> LoadedCatalogue:
    known = _catalogues.get(digest)
    if known is None or known.id != version_id:
        row = session.get_one(CatalogueVersion, version_id)
        if len(_catalogues) >= _KEPT:
            _catalogues.clear()
        known = LoadedCatalogue(row.id, row.label, catalogue_rules(row.products), row.products)
        _catalogues[digest] = known
    return known


def catalogue_rules(products: Mapping[str, Any]) -> Catalogue:
    """Stored products as the eligibility rule wants them."""
    return {
        product: {
            spec["key"]: Attribute(frozenset(spec["options"]), spec["shown_in_shop"], spec["default"])
            for spec in stored["attributes"]
        }
        for product, stored in products.items()
    }


def place_of_production(settings: ShopSettings) -> PlaceOfProduction:
    """A settings version as the eligibility rule wants it."""
    ticked = {
        product: {attribute: frozenset(options) for attribute, options in attributes.items()}
        for product, attributes in settings.ticked.items()
    }
    return PlaceOfProduction(settings.mode, ticked, settings.incomplete_settings)
