"""How a shop's papers look, and by when they are paid: the `design` and `payment_days` of a shop's YAML file."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from partnershop.documents.paper import Design
from partnershop.flows.logos import normalised, sha256_of
from partnershop.flows.yaml_files import Findings, shown

PAYMENT_DAYS = 14
_MOST_PAYMENT_DAYS = 365
_PATH = "design"
_COLOUR = re.compile(r"#[0-9a-f]{6}")
# What WCAG 2.2 wants of text of ordinary size (success criterion 1.4.3).
_LEAST_CONTRAST = Decimal("4.5")

# Gives the bytes of a picture that a shop's file names. A ValueError of it says what to change.
Pictures = Callable[[str], bytes]


@dataclass(frozen=True)
class DesignFile:
    """The `design` column of the settings, and the picture that it names by its SHA-256 (a PNG)."""

    settings: dict[str, str]
    logo: bytes | None = None


def no_pictures(name: str) -> bytes:
    """The pictures of a shop's file that lies in no folder: none."""
    raise ValueError(f"cannot be read from here: save the shop from a file that lies beside {shown(name)}")


def design(findings: Findings, given: object, pictures: Pictures) -> DesignFile:
    """The design that the file describes; without one, the papers have the colour of `Design` and no logo."""
    if given is None:
        return DesignFile({})
    members = findings.mapping(given, _PATH, ("colour", "logo"))
    settings = {}
    if members.get("colour") is not None:
        settings["colour"] = findings.checked(members, "colour", _PATH, _colour)
    logo = _logo(findings, members, pictures)
    if logo is not None:
        settings["logo"] = sha256_of(logo)
    return DesignFile(settings, logo)


def payment_days(findings: Findings, root: Mapping[str, Any]) -> int:
    """After how many days an invoice is due."""
    days = root.get("payment_days", PAYMENT_DAYS)
    if isinstance(days, int) and not isinstance(days, bool) and 0 <= days <= _MOST_PAYMENT_DAYS:
        return days
    findings.note(
        "payment_days", f"must be days, a whole number from 0 to {_MOST_PAYMENT_DAYS} (it is {shown(days)})"
    )
    return PAYMENT_DAYS


def _logo(findings: Findings, members: Mapping[str, Any], pictures: Pictures) -> bytes | None:
    logo = None

    def read(name: str) -> str:
        nonlocal logo
        logo = normalised(pictures(name))
        return name

    if members.get("logo") is not None:
        findings.checked(members, "logo", _PATH, read)
    return logo


def _colour(value: str) -> str:
    colour = value.lower()
    if not _COLOUR.fullmatch(colour):
        raise ValueError(f'must be a colour such as "{Design.colour}", six hexadecimal digits (it is {shown(value)})')
    contrast = contrast_to_white(colour)
    if contrast < _LEAST_CONTRAST:
        raise ValueError(
            f"is too light to be read on white: its contrast is {contrast:.2f}:1, take a darker one of at least "
            f"{_LEAST_CONTRAST}:1 (it is {shown(value)})"
        )
    return colour


def contrast_to_white(colour: str) -> Decimal:
    """The contrast of a colour (#rrggbb) to white, from 1 to 21, as WCAG 2.2 defines it."""
    red, green, blue = (_linear(int(colour[start : start + 2], 16)) for start in (1, 3, 5))
    luminance = Decimal("0.2126") * red + Decimal("0.7152") * green + Decimal("0.0722") * blue
    return Decimal("1.05") / (luminance + Decimal("0.05"))


def _linear(channel: int) -> Decimal:
    """A channel of sRGB, 0 to 255, as the share of light that it stands for."""
    share = Decimal(channel) / 255
    if share <= Decimal("0.04045"):
        return share / Decimal("12.92")
    return ((share + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")
