"""A shop's YAML file, checked member by member. What it says is in samples/shops/."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import babel.numbers
import stdnum
import stdnum.iban
from babel import Locale
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from partnershop.flows.shop_files_design import Pictures, design, no_pictures, payment_days
from partnershop.flows.shop_files_fatturapa import fatturapa_settings
from partnershop.flows.shop_files_mail import mail_settings
from partnershop.flows.shop_files_seller import IDENTIFIERS, identifiers
from partnershop.flows.yaml_files import Findings, join, read, shown
from partnershop.rules.eligibility import (
    Catalogue,
    IncompleteSettings,
    Mode,
    PlaceOfProduction,
    empty_attributes,
    unknown_names,
)
from partnershop.rules.money import exponent
from partnershop.rules.numbering import check_pattern, may_collide

LANGUAGES = ("it", "de", "en")
PRODUCTION_DAYS = 3
_MOST_DAYS = 60
_HUNDRED = Decimal(100)
_MOST_DECIMALS = 2
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
_EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>.]+(\.[^\s@,;<>.]+)+")
_RATE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4})?")
_MEMBERS = (
    "shop", "seller", "language", "currency", "timezone", "invoice_on", "require_print_data", "incomplete_settings",
    "production_days", "series", "commission", "place_of_production", "mail", "design", "payment_days",
    "fatturapa",
)  # fmt: skip
_SELLER = ("legal_name", "street", "postcode", "city", "country", "email")
_SELLER_OPTIONAL = ("province", "vat_id", "tax_code", "tax_regime", "iban")


@dataclass(frozen=True)
class ShopFile:
    """A valid file: the shop's code, its ISO 4217 currency, the columns of its settings, and its logo (a PNG)."""

    code: str
    currency: str
    settings: dict[str, Any]
    logo: bytes | None = None


def parse(content: str, catalogue: Catalogue, pictures: Pictures = no_pictures) -> ShopFile:
    """Read and check a shop's YAML against the catalogue; `pictures` gives what its `design` names.

    Raises `Refused` with every error.
    """
    findings = Findings("the shop")
    root = findings.mapping(read(content), "", _MEMBERS)
    code = findings.checked(root, "shop", "", _code)
    currency = findings.checked(root, "currency", "", _currency)
    invoices, reversals = _series(findings, root.get("series"))
    place = _place(findings, root, catalogue)
    seller = _seller(findings, root.get("seller"))
    look = design(findings, root.get("design"), pictures)
    settings = {
        "seller": seller,
        "language": findings.choice(root, "language", "", LANGUAGES),
        "timezone": findings.checked(root, "timezone", "", _timezone),
        "invoice_on": findings.choice(root, "invoice_on", "", ("shipped", "placed")),
        "require_print_data": findings.flag(root, "require_print_data", "", default=False),
        "production_days": _production_days(findings, root),
        "invoice_series": invoices,
        "reversal_series": reversals,
        "commission_percent": _commission(findings, root.get("commission")),
        "mode": place.mode,
        "incomplete_settings": place.incomplete_settings,
        "ticked": {
            product: {attribute: sorted(options) for attribute, options in attributes.items()}
            for product, attributes in place.ticked.items()
        },
        "mail": mail_settings(findings, root.get("mail"), seller),
        "payment_days": payment_days(findings, root),
        "design": look.settings,
        "fatturapa": fatturapa_settings(findings, root.get("fatturapa"), seller, currency),
    }
    findings.refuse()
    return ShopFile(code, currency, settings, look.logo)


def _code(value: str) -> str:
    if not _CODE.fullmatch(value):
        raise ValueError(
            f"must be small letters, digits, - and _, at most 50, as it is in addresses (it is {shown(value)})"
        )
    return value


def _currency(value: str) -> str:
    if not re.fullmatch("[A-Z]{3}", value) or not babel.numbers.is_currency(value):
        raise ValueError(
            f"must be the three capital letters of a currency (ISO 4217), such as EUR (it is {shown(value)})"
        )
    if exponent(value) > _MOST_DECIMALS:
        raise ValueError(
            f"has {exponent(value)} decimals, and e-invoices carry {_MOST_DECIMALS} (EN 16931, BR-DEC): take another"
            f" currency (it is {shown(value)})"
        )
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError):  # the error of an unknown zone is a KeyError
        raise ValueError(f"is not a known time zone: write one such as Europe/Rome (it is {shown(value)})") from None
    return value


def _seller(findings: Findings, given: object) -> dict[str, Any]:
    members = findings.mapping(given, "seller", (*_SELLER, *_SELLER_OPTIONAL, *IDENTIFIERS))
    if not members:
        return {}
    seller: dict[str, Any] = {}
    for key in _SELLER:
        seller[key] = findings.checked(members, key, "seller", _SELLER_CHECKS.get(key, str))
    for key in _SELLER_OPTIONAL:
        if members.get(key) is not None:
            seller[key] = findings.checked(members, key, "seller", _SELLER_CHECKS.get(key, str))
    seller |= identifiers(findings, members)
    if "vat_id" not in seller and "tax_code" not in seller:
        findings.note(
            "seller.vat_id", "is missing: an invoice must bear the VAT id or at least a tax_code of its seller"
        )
    return seller


def _country(value: str) -> str:
    if not re.fullmatch("[A-Z]{2}", value) or value not in Locale("en").territories:
        raise ValueError(f"must be the two capital letters of a country (ISO 3166), such as IT (it is {shown(value)})")
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError(f"must be one mail address (it is {shown(value)})")
    return value


def _vat_id(value: str) -> str:
    """The VAT id without blanks. Only form and check digit are looked at; nobody is asked whether it exists."""
    prefix = value[:2].lower()
    module = stdnum.get_cc_module({"el": "gr", "xi": "gb"}.get(prefix, prefix), "vat") if prefix.isalpha() else None
    if module is None:
        raise ValueError(f"must begin with the letters of its country, such as IT98765430214 (it is {shown(value)})")
    try:
        digits: str = module.validate(value)
    except ValidationError as problem:
        raise ValueError(
            f"is not a valid VAT id of {value[:2].upper()}: {_said(problem)}: check it (it is {shown(value)})"
        ) from None
    if prefix in {"gb", "el", *eu_vat.MEMBER_STATES}:
        # These modules take the country's letters away; elsewhere the id is printed as it was written.
        return f"{prefix.upper()}{digits.removeprefix(prefix.upper())}"
    return value


def _iban(value: str) -> str:
    try:
        return stdnum.iban.validate(value)
    except ValidationError as problem:
        raise ValueError(f"is not a valid IBAN: {_said(problem)}: check it (it is {shown(value)})") from None


_SELLER_CHECKS = {"country": _country, "email": _email, "vat_id": _vat_id, "iban": _iban}


def _said(problem: ValidationError) -> str:
    """The checker's own sentence, to go on after it."""
    return str(problem).rstrip(".")


def _series(findings: Findings, given: object) -> tuple[str, str]:
    def pattern(value: str) -> str:
        check_pattern(value)
        return value

    def other_pattern(value: str) -> str:
        check_pattern(value)
        if invoices and may_collide(invoices, value):
            raise ValueError("must begin with other letters than series.invoice, or both could give the same number")
        return value

    members = findings.mapping(given, "series", ("invoice", "reversal"))
    invoices = findings.checked(members, "invoice", "series", pattern) if members else ""
    reversals = findings.checked(members, "reversal", "series", other_pattern) if members else ""
    return invoices, reversals


def _production_days(findings: Findings, root: Mapping[str, Any]) -> int:
    days = root.get("production_days", PRODUCTION_DAYS)
    if isinstance(days, int) and not isinstance(days, bool) and 0 <= days <= _MOST_DAYS:
        return days
    findings.note(
        "production_days", f"must be working days, a whole number from 0 to {_MOST_DAYS} (it is {shown(days)})"
    )
    return PRODUCTION_DAYS


def _commission(findings: Findings, given: object) -> Decimal:
    percent = Decimal(0)

    def rate(value: str) -> str:
        nonlocal percent
        if not _RATE.fullmatch(value) or Decimal(value) > _HUNDRED:
            raise ValueError(f'must be a percentage from "0" to "100" with at most 4 decimals (it is {shown(value)})')
        percent = Decimal(value)
        return value

    members = findings.mapping(given, "commission", ("rate_percent",))
    if members:
        findings.checked(members, "rate_percent", "commission", rate)
    return percent


def _place(findings: Findings, root: Mapping[str, Any], catalogue: Catalogue) -> PlaceOfProduction:
    """The place of production, checked against the catalogue: nothing unknown, and no attribute without an option."""
    path = "place_of_production"
    incomplete = findings.choice(root, "incomplete_settings", "", [member.value for member in IncompleteSettings])
    members = findings.mapping(root.get(path), path, ("mode", "products"))
    mode = findings.choice(members, "mode", path, [member.value for member in Mode]) if members else ""
    products = findings.mapping(members.get("products") or {}, f"{path}.products")
    ticked = {product: _ticked(findings, given, f"{path}.products.{product}") for product, given in products.items()}
    place = PlaceOfProduction(
        Mode(mode) if mode in set(Mode) else Mode.ALL_AT_UNITEDPRINT,
        ticked,
        IncompleteSettings(incomplete) if incomplete in set(IncompleteSettings) else IncompleteSettings.HOLD,
    )
    for name in unknown_names(catalogue, place):
        findings.note(f"{path}.products.{name}", "the catalogue does not know this: correct it or take it out")
    for name in empty_attributes(catalogue, place):
        hidden = "" if _is_shown(catalogue, name) else " (not shown in the shop, it counts all the same)"
        findings.note(
            f"{path}.products.{name}",
            f"has no ticked option{hidden}: tick at least one, otherwise no order of this product can be forwarded",
        )
    return place


def _is_shown(catalogue: Catalogue, name: str) -> bool:
    product, _, attribute = name.partition(".")
    spec = catalogue.get(product, {}).get(attribute)
    return spec is None or spec.shown_in_shop


def _ticked(findings: Findings, given: object, path: str) -> dict[str, frozenset[str]]:
    attributes = findings.mapping(given, path)
    ticked = {}
    for attribute, options in attributes.items():
        at = join(path, attribute)
        if not isinstance(options, list):
            findings.note(at, f"must be a list of options, such as [a6, a5] (it is {shown(options)})")
            continue
        for option in options:
            if not isinstance(option, str):
                findings.note(at, f'the option {shown(option)} must be text: put it in quotes, "…"')
        ticked[attribute] = frozenset(option for option in options if isinstance(option, str))
    return ticked
