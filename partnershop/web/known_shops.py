"""Shops and their secrets, remembered for a few seconds so that a request need not ask the database twice."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from models import Shop, WebhookSecret
from partnershop.db import unit_of_work

_SECONDS = 3.0
_LONGEST_CODE = 100


@dataclass(frozen=True)
class KnownShop:
    """A shop as last read (`shop` is detached: only its own columns may be used) and its secrets with their ends."""

    shop: Shop
    secrets: tuple[tuple[str, datetime | None], ...]

    def secrets_at(self, moment: datetime) -> list[str]:
        """The secrets that are valid at that moment: all without an end, and those whose end is still to come."""
        return [secret for secret, expires_at in self.secrets if expires_at is None or expires_at > moment]


class KnownShops:
    """Remembers only what is there: a new shop works at once. For a new secret the caller reads again after a mismatch.

    A secret taken away altogether (not by its `expires_at`, which is exact) works for up to three seconds more.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, tuple[float, KnownShop]] = {}

    def remembered(self, code: str) -> KnownShop | None:
        """The shop from memory, if it was read within the last seconds."""
        read_at, known = self._known.get(code, (0.0, None))
        return known if known is not None and self._clock() - read_at < _SECONDS else None

    def read(self, code: str) -> KnownShop | None:
        """The shop from the database, or None when there is no such shop."""
        self._known.pop(code, None)
        if len(code) > _LONGEST_CODE or not code.isprintable():
            return None
        with unit_of_work() as session:
            shop = session.scalar(select(Shop).where(Shop.code == code))
            if shop is None:
                return None
            rows = session.execute(
                select(WebhookSecret.secret, WebhookSecret.expires_at)
                .where(WebhookSecret.shop_id == shop.id)
                .order_by(WebhookSecret.id.desc())
            )
            known = KnownShop(shop, tuple((secret, expires_at) for secret, expires_at in rows))
        self._known[code] = (self._clock(), known)
        return known
