"""What the simulated Unitedprint demands of a createOrder request, from the published list of required fields."""

import re
from collections.abc import Callable, Mapping

from partnershop.gateways.unitedprint_codes import INVALID, MISSING, code

_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2}")

Check = Callable[[object], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_country(value: object) -> bool:
    return isinstance(value, str) and _COUNTRY.fullmatch(value) is not None


def _is_language(value: object) -> bool:
    return isinstance(value, str) and _LANGUAGE.fullmatch(value) is not None


def _is_validate(value: object) -> bool:
    return _is_whole(value) and value in (0, 1)


def _is_quantity(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_port(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65535


def _is_members(value: object) -> bool:
    return isinstance(value, dict)


def _is_positions(value: object) -> bool:
    return isinstance(value, list) and len(value) > 0


_REQUEST: dict[str, Check] = {
    "environment": _is_text,
    "portalName": _is_text,
    "countryCode": _is_country,
    "languageCode": _is_language,
    "partyGroupName": _is_text,
    "validate": _is_validate,
    "accountInformation": _is_members,
    "orderPositions": _is_positions,
    "dataSourceHost": _is_text,
    "dataSourceUser": _is_text,
    "dataSourcePassword": _is_text,
    "dataSourcePort": _is_port,
    "dataTransmission": _is_text,
    "messageLevel": _is_whole,
}
_ACCOUNT: dict[str, Check] = {"customerNumber": _is_text, "password": _is_text}
_POSITION: dict[str, Check] = {"orderInformation": _is_members}
_ORDER_INFORMATION: dict[str, Check] = {
    "customerProductId": _is_text,
    "orderQuantity": _is_quantity,
    "shippingType": _is_text,
    "orderName": _is_text,
}


def faults(request: object) -> list[str]:
    """The codes of everything wrong with a request, in the order of its fields; empty if it can be placed."""
    if not isinstance(request, dict):
        return [code(INVALID, "the request")]
    found = _faults_of(request, _REQUEST, "")
    account = request.get("accountInformation")
    if isinstance(account, dict):
        found += _faults_of(account, _ACCOUNT, "accountInformation.")
    positions = request.get("orderPositions")
    if isinstance(positions, list):
        for position in positions:
            found += _faults_of_position(position)
    return found


def _faults_of_position(position: object) -> list[str]:
    if not isinstance(position, dict):
        return [code(INVALID, "orderPositions")]
    found = _faults_of(position, _POSITION, "orderPositions.")
    information = position.get("orderInformation")
    if isinstance(information, dict):
        found += _faults_of(information, _ORDER_INFORMATION, "orderInformation.")
    return found


def _faults_of(members: Mapping[str, object], checks: Mapping[str, Check], prefix: str) -> list[str]:
    """Absent, null and blank are missing; anything else that fails its check is invalid."""
    found = []
    for name, is_right in checks.items():
        value = members.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            found.append(code(MISSING, prefix + name))
        elif not is_right(value):
            found.append(code(INVALID, prefix + name))
    return found
