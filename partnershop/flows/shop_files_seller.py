"""The seller's identifiers in a shop's YAML file: its entry in a register, and what else it is known by."""

import re
from collections.abc import Mapping
from typing import Any

from partnershop.flows.yaml_files import Findings, join, shown

IDENTIFIERS = ("registration", "identifier")
_LONGEST = 60
_SCHEME = re.compile(r"[0-9]{4}")


def identifiers(findings: Findings, seller: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The seller's `registration` (EN 16931 BT-30) and `identifier` (BT-29), each {"value", "scheme"} where given."""
    found = {}
    for key in IDENTIFIERS:
        if seller.get(key) is None:
            continue
        path = join("seller", key)
        members = findings.mapping(seller[key], path, ("value", "scheme"))
        if members:
            found[key] = {"value": findings.checked(members, "value", path, _value)}
            if members.get("scheme") is not None:
                found[key]["scheme"] = findings.checked(members, "scheme", path, _scheme)
    return found


def _value(value: str) -> str:
    if len(value) > _LONGEST:
        raise ValueError(f"must be at most {_LONGEST} characters long, as it stands on every page")
    return value


def _scheme(value: str) -> str:
    if not _SCHEME.fullmatch(value):
        raise ValueError(
            f'must be four digits of the list of ISO/IEC 6523, such as "0088" for a GLN, or be left out '
            f"(it is {shown(value)})"
        )
    return value
