"""The catalogue of what can be ordered, in versions."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id


class CatalogueVersion(Base):
    """One loaded catalogue; the newest is in force, a decision names the one it was made with.

    `products` is {product: {"names": {language: words}, "attributes": [{"key", "names", "shown_in_shop", "default",
    "options": {option: {language: words}}}, …]}}, attributes in the catalogue's order.
    """

    __tablename__ = "catalogue_version"

    id: Mapped[Id]
    label: Mapped[str]
    loaded_at: Mapped[datetime]
    products: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(unique=True)
