"""Loading a catalogue from its YAML as a new version; the stored form is described in models/catalogue.py."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import CatalogueVersion
from partnershop import clock
from partnershop.flows.judging_again import judge_again
from partnershop.flows.yaml_files import Findings, join, read, shown

LANGUAGES = ("it", "de", "en")
_LOADING = 7_620_013  # the advisory lock under which one catalogue at a time is loaded


@dataclass(frozen=True)
class Loaded:
    """A loaded catalogue; `changed` is False when it says what the one in force says, `rechecked` counts held items."""

    version: CatalogueVersion
    changed: bool
    rechecked: int


def load(session: Session, content: str) -> CatalogueVersion:
    """Load a catalogue from the text of its YAML and return the version in force; see `load_catalogue`."""
    return load_catalogue(session, content).version


def load_catalogue(session: Session, content: str) -> Loaded:
    """Load a catalogue as a new version, unless it says what the newest one says. Held items are then judged again.

    Raises `Refused` with every error found, each with the path of the member and what to change.
    """
    label, products = parse(content)
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOADING})
    newest = session.scalars(select(CatalogueVersion).order_by(CatalogueVersion.id.desc()).limit(1)).first()
    if newest is not None and newest.label == label and newest.products == products:
        return Loaded(newest, changed=False, rechecked=0)
    version = CatalogueVersion(
        label=label, loaded_at=clock.now(), products=products, digest=_digest(newest, label, products)
    )
    session.add(version)
    session.flush()
    return Loaded(version, changed=True, rechecked=judge_again(session))


def _digest(newest: CatalogueVersion | None, label: str, products: Mapping[str, Any]) -> str:
    """SHA-256 over the content and the digest before it: going back to an earlier catalogue is a version of its own."""
    before = newest.digest if newest is not None else ""
    content = json.dumps([before, label, products], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def parse(content: str) -> tuple[str, dict[str, Any]]:
    """The label and the products, in their stored form, of a catalogue's YAML. Raises `Refused` with all errors."""
    findings = Findings("the catalogue")
    root = findings.mapping(read(content), "", ("version", "products"))
    label = _label(findings, root)
    products = findings.mapping(root.get("products"), "products")
    if not products and not findings.any:
        findings.note("products", "must have at least one product")
    stored = {product: _product(findings, spec, f"products.{product}") for product, spec in products.items()}
    findings.refuse()
    return label, stored


def _label(findings: Findings, root: Mapping[str, Any]) -> str:
    version = root.get("version")
    if isinstance(version, date):  # YAML reads 2026-03-01 as a day
        return version.isoformat()
    if isinstance(version, int) and not isinstance(version, bool):
        return str(version)
    return findings.text(root, "version", "")


def _product(findings: Findings, spec: object, path: str) -> dict[str, Any]:
    members = findings.mapping(spec, path, ("names", "attributes"))
    at = join(path, "attributes")
    attributes = findings.mapping(members.get("attributes"), at)
    if not attributes and isinstance(members.get("attributes"), Mapping):
        findings.note(at, "must have at least one attribute")
    return {
        "names": _names(findings, members.get("names"), join(path, "names")),
        "attributes": [_attribute(findings, key, given, f"{at}.{key}") for key, given in attributes.items()],
    }


def _attribute(findings: Findings, key: str, spec: object, path: str) -> dict[str, Any]:
    members = findings.mapping(spec, path, ("names", "options", "shown_in_shop", "default"))
    at = join(path, "options")
    options = findings.mapping(members.get("options"), at)
    if not options and isinstance(members.get("options"), Mapping):
        findings.note(at, "must have at least one option")
    shown_in_shop = findings.flag(members, "shown_in_shop", path, default=True)
    return {
        "key": key,
        "names": _names(findings, members.get("names"), join(path, "names")),
        "shown_in_shop": shown_in_shop,
        "default": _default(findings, members, options, path, shown_in_shop),
        "options": {option: _names(findings, names, f"{at}.{option}") for option, names in options.items()},
    }


def _default(
    findings: Findings, members: Mapping[str, Any], options: Mapping[str, Any], path: str, shown_in_shop: bool
) -> str | None:
    """The default option: a hidden attribute must have one, for an order that does not choose."""
    default = members.get("default")
    at = join(path, "default")
    if default is None:
        if not shown_in_shop:
            findings.note(at, "is missing: an attribute with shown_in_shop: false needs a default, one of its options")
        return None
    if not isinstance(default, str):
        findings.note(at, f'must be text: put it in quotes, "…" (it is read as {shown(default)})')
    elif shown_in_shop:
        findings.note(at, "only an attribute with shown_in_shop: false has a default; in the shop the customer chooses")
    elif default not in options:
        findings.note(at, f"must be one of the options, {', '.join(options)} (it is {shown(default)})")
    else:
        return default
    return None


def _names(findings: Findings, given: object, path: str) -> dict[str, str]:
    names = findings.mapping(given, path, LANGUAGES)
    return {language: findings.text(names, language, path) for language in LANGUAGES if isinstance(given, Mapping)}
