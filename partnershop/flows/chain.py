"""The chain of each series: what a paper says is digested, and tied with its number to the paper before it.

Both are SHA-256, in hexadecimal, of one canonical form: the same of rows that are about to be written and of rows read
back (decimals without trailing zeros, moments in UTC, the members of objects sorted). Columns are named one by one, so
that a column of a later version does not change the digest of a paper that was issued before it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]

SAID = (
    "shop_id", "order_id", "case_id", "kind", "series", "refers_to_id", "companion_id", "currency", "language",
    "seller", "buyer", "order_number", "order_date", "delivery_date", "payment_method", "reason", "net", "tax", "gross",
    "prepaid", "expected_delivery", "design", "fatturapa", "sdi_file_name",
)  # fmt: skip
"""The columns of `document` that are digested: all that is known before the number is taken."""
NUMBERED = ("id", "kind", "series", "year", "sequence", "number", "issue_date", "due_date", "issued_at")
"""The columns of `document` that are tied to the digest by the link."""
LINE = (
    "position", "is_charge", "item_id", "charge_id", "origin_line_id", "key", "description", "details", "quantity",
    "unit_price", "price_net", "allowance", "allowances", "net", "vat_rate", "vat_category", "vat_exemption",
)  # fmt: skip
TAX = ("position", "category", "rate", "exemption", "base", "tax")

_FORM = 1  # of digest and link; another form would need another number


def digest_of(document: Row, lines: Iterable[Row], taxes: Iterable[Row]) -> str:
    """The SHA-256 of all that a paper says but its number and dates, from its row and the rows of its lines and taxes.

    The rows may come in any order. Raises KeyError where a column is missing.
    """
    said = {
        "form": _FORM,
        "paper": _only(document, SAID),
        "lines": sorted((_only(line, LINE) for line in lines), key=lambda row: row["position"]),
        "taxes": sorted((_only(tax, TAX) for tax in taxes), key=lambda row: row["position"]),
    }
    return _sha256(said)


def link(previous: str | None, document: Row, digest: str) -> str:
    """The chain of a paper: its number, its dates and its digest, tied to the chain of the paper before it.

    `previous` is None for the first chained paper of a shop's series. Raises KeyError where a column is missing.
    """
    return _sha256({"form": _FORM, "previous": previous, "paper": _only(document, NUMBERED), "digest": digest})


def _only(row: Row, columns: Iterable[str]) -> dict[str, Any]:
    return {column: row[column] for column in columns}


def _sha256(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _plain(value: object) -> str:
    """Decimals and dates as they are written, however they came; raises TypeError on anything else."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a paper says nothing that is a {type(value).__name__}")
