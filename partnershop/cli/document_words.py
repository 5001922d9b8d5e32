"""One paper, printed for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from partnershop.cli.output import pairs, table

_HEAD = (
    "date issued_at language currency order order_date delivery_date expected_delivery payment_method due_date "
    "refers_to reversed_by corrected_by reason"
)
_LINE = (
    "position item description quantity unit_price price reduced_by net vat_rate vat_category vat_exemption "
    "takes_back_line"
)
_KINDS = {"invoice": "invoice", "reversal": "reversal invoice", "reduced_invoice": "reduced invoice"}


def print_paper(file: Mapping[str, Any]) -> None:
    """Print what `paper_file` gathered; what is not there is left out."""
    _pairs(f"{_KINDS[file['kind']]} {file['number']}", {name: file[name] for name in _HEAD.split()})
    for side in ("seller", "buyer"):
        _pairs(side, file[side])
    _table("lines", [line | {"reduced_by": _reductions(line)} for line in file["lines"]], _LINE)
    _table("VAT", file["taxes"], "category rate base tax exemption")
    _pairs(f"totals ({file['currency']})", file["totals"])
    if file["fatturapa"]:
        _pairs("FatturaPA", file["fatturapa"])
    _pairs("chain", file["chain"])
    _pairs("bytes", {name: value for name, value in file["bytes"].items() if name != "files"})
    _table("files inside", file["bytes"]["files"], "name size sha256")
    refused = [
        {**attempt, **rule} for attempt in file["refused"] for rule in attempt["rules"]
    ]
    _table("refused before", refused, "refused_at kind rule where sentence released_at released_by")


def _reductions(line: Mapping[str, Any]) -> str | None:
    return "; ".join(f"{row['amount']} ({row['reason']})" for row in line["allowances"]) or None


def _pairs(title: str, values: Mapping[str, Any]) -> None:
    shown = {name.replace("_", " "): _cell(value) for name, value in values.items()}
    pairs(title, {name: value for name, value in shown.items() if value not in (None, "")})


def _cell(value: Any) -> Any:
    """References, identifiers and lists in one line."""
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values() if part is not None)
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _table(title: str, rows: Sequence[Mapping[str, Any]], names: str) -> None:
    """A table of these columns; those that are empty in every row are left out, as is a table without rows."""
    if not rows:
        return
    filled = [name for name in names.split() if any(row[name] is not None for row in rows)]
    table(title, {name: name.replace("_", " ") for name in filled}, [[row[n] for n in filled] for row in rows], False)
