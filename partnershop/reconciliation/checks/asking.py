"""How a check asks the database: a statement for each kind, which selects only what is wrong."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Executable, RowMapping
from sqlalchemy.orm import Session

from models import Finding
from partnershop.reconciliation.looking import Found
from partnershop.rules.money import in_words
from partnershop.rules.reconciliation import FindingKind


def ask(
    session: Session, statement: Executable, shops: Sequence[int], kind: FindingKind | None = None, **values: Any
) -> list[Found]:
    """Run a statement of which every row is a finding; `values` are its parameters besides `shops`.

    Its columns: shop_id, shop (the code), key, about and details (JSON objects), amount (minor units) and currency; and
    `kind`, where the statement finds several. A number in `details` is an amount and is told as "EUR 60.88".
    """
    rows = session.execute(statement, {"shops": list(shops), **values}).mappings()
    return [_found(kind or FindingKind(row["kind"]), row) for row in rows]


def _found(kind: FindingKind, row: RowMapping) -> Found:
    currency = row["currency"]
    details = {name: _told(value, currency) for name, value in row["details"].items() if value is not None}
    about = {"shop": row["shop"], **row["about"]}
    return Found(kind, row["shop_id"], row["key"], about, details, row["amount"], currency)


def _told(value: str | int, currency: str) -> str:
    return in_words(value, currency) if isinstance(value, int) else value


def count(session: Session, statement: Executable, shops: Sequence[int]) -> int:
    """What a statement counts in these shops."""
    return int(session.execute(statement, {"shops": list(shops)}).scalar_one())


def row_id(finding: Finding) -> int:
    """The id of the row that a finding is about: its key is a word and that id, such as "order-17"."""
    return int(finding.key.rpartition("-")[2])
