"""Mail addresses as mail servers take them, and out of what mail servers say."""

import re
import unicodedata
from collections.abc import Iterable

import idna

_LOCAL_OCTETS = 64
_ADDRESS_OCTETS = 254
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"']+@[^\s<>()\[\]:;,\"']+")
_MASK = "[address]"


def checked(address: str, whose: str = "The address") -> str:
    """A bare address (`anna@müller.example`) as it goes over the wire, its domain in ASCII (IDNA 2008, UTS 46).

    What is left of the @ stays as it is, in normal form C; when it is not ASCII, only a server that speaks SMTPUTF8 can
    take the address. Raises `ValueError` with a sentence about `whose`, without the address, for whatever could be
    read as anything else: more than one @, white space, control characters, quotation marks, comments, a leading dash,
    no dot in the domain, more octets than 64 before the @ or 254 in all.
    """
    # Before anything looks at it closely: what follows may be slow on very long text.
    if len(address) > _ADDRESS_OCTETS:
        raise ValueError(f"{whose} is longer than {_ADDRESS_OCTETS} characters.")
    if not address.isprintable() or " " in address:
        raise ValueError(f"{whose} holds white space or control characters.")
    local, at, domain = address.rpartition("@")
    if not at:
        raise ValueError(f"{whose} has no @.")
    result = f"{_local(local, whose)}@{_domain(domain, whose)}"
    if len(result.encode()) > _ADDRESS_OCTETS:
        raise ValueError(f"{whose} is longer than {_ADDRESS_OCTETS} octets.")
    return result


def _local(local: str, whose: str) -> str:
    local = unicodedata.normalize("NFC", local)
    if "@" in local:
        raise ValueError(f"{whose} has more than one @.")
    if not _LOCAL.fullmatch(local):
        raise ValueError(f"{whose} is not made of letters, digits, single dots and signs before the @.")
    # A program that gets the address as an argument would read an option.
    if local.startswith("-"):
        raise ValueError(f"{whose} starts with a dash.")
    if len(local.encode()) > _LOCAL_OCTETS:
        raise ValueError(f"{whose} has more than {_LOCAL_OCTETS} octets before the @.")
    return local


def _domain(domain: str, whose: str) -> str:
    try:
        ascii_domain = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
    except UnicodeError:  # what idna raises is one
        raise ValueError(f"{whose} has no valid domain after the @.") from None
    if "." not in ascii_domain or ascii_domain.endswith("."):
        raise ValueError(f"{whose} has no full domain after the @, such as shop.example.")
    return ascii_domain


def masked(text: str, addresses: Iterable[str] = ()) -> str:
    """`text` with everything that looks like an address, and the names before the @ of `addresses`, masked.

    Servers name the address that they refuse, whole or in part; what they say goes where no address may be.
    """
    text = _ADDRESS.sub(_MASK, text)
    names = sorted({address.partition("@")[0] for address in addresses} - {""}, key=lambda name: (-len(name), name))
    if not names:
        return text
    any_name = "|".join(re.escape(name) for name in names)
    return re.sub(rf"(?<![\w\[])(?:{any_name})(?![\w\]])", _MASK, text, flags=re.IGNORECASE)
