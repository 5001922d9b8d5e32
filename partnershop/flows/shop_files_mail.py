"""The `mail` member of a shop's YAML file: whether we send its mails, from whom, and who else gets them."""

from collections.abc import Mapping
from typing import Any

from partnershop.flows.yaml_files import Findings, join, shown
from partnershop.gateways.mail_addresses import checked

_MEMBERS = ("enabled", "sender", "sender_name", "reply_to", "bcc", "digest")
_PATH = "mail"
_MOST = 10
_LONGEST_NAME = 100


def mail_settings(findings: Findings, given: object, seller: Mapping[str, str]) -> dict[str, Any]:
    """The `mail` column of the settings; empty where the file has no such member: then no mail is sent.

    Sender and its name are the seller's own unless the file says otherwise, so the seller's address must be one that a
    mail can come from.
    """
    if given is None:
        return {}
    members = findings.mapping(given, _PATH, _MEMBERS)
    settings: dict[str, Any] = {"enabled": findings.flag(members, "enabled", _PATH, default=True)}
    for key in ("sender", "reply_to"):
        if members.get(key) is not None:
            settings[key] = findings.checked(members, key, _PATH, _address)
    if members.get("sender_name") is not None:
        settings["sender_name"] = findings.checked(members, "sender_name", _PATH, _name)
    if "sender" not in settings:
        _check_seller(findings, seller)
    for key in ("bcc", "digest"):
        if members.get(key) is not None:
            settings[key] = _addresses(findings, members[key], join(_PATH, key))
    return settings


def _address(value: str) -> str:
    try:
        return checked(value)
    except ValueError as problem:
        raise ValueError(f"must be one mail address, such as orders@shop.example: {problem}") from None


def _name(value: str) -> str:
    if len(value) > _LONGEST_NAME:
        raise ValueError(f"must be at most {_LONGEST_NAME} characters long")
    return value


def _check_seller(findings: Findings, seller: Mapping[str, str]) -> None:
    """What is no address at all was said about the seller already."""
    if "email" in seller:
        findings.checked(seller, "email", "seller", _address)


def _addresses(findings: Findings, given: object, path: str) -> list[str]:
    """One address or a list of them, each once."""
    wanted = given if isinstance(given, list) else [given]
    if len(wanted) > _MOST:
        findings.note(path, f"must be at most {_MOST} addresses")
    result: list[str] = []
    for one in wanted[:_MOST]:
        if not isinstance(one, str):
            findings.note(path, f"must be one mail address or a list of them (it is {shown(one)})")
            continue
        try:
            result.append(_address(one))
        except ValueError as problem:
            findings.note(path, f"{problem} (it is {shown(one)})")
    return list(dict.fromkeys(result))
