"""Signatures as Standard Webhooks 1.0 has them: HMAC-SHA256 over `id.timestamp.body`, as `v1,<base64>`.

Written here and not taken from a package, because a header is whatever a stranger sends: nothing in `verify` may raise
anything but `BadSignature`.
"""

import base64
import binascii
import hashlib
import hmac
import secrets as random
from collections.abc import Iterable
from datetime import datetime, timedelta

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)

_VERSION = "v1"
_KEY_BYTES = 32
_MOST_SIGNATURES = 32
_MOST_DIGITS = 12


class BadSignature(ValueError):
    """The request is not proven to be the shop's; the text says what is wrong in general terms.

    `mismatch` is True where another secret might have matched.
    """

    def __init__(self, sentence: str, *, mismatch: bool = False) -> None:
        super().__init__(sentence)
        self.mismatch = mismatch


def new_secret() -> str:
    """A fresh random secret (256 bits) in its written form, `whsec_<base64>`."""
    return PREFIX + base64.b64encode(random.token_bytes(_KEY_BYTES)).decode("ascii")


def key_of(secret: str) -> bytes:
    """The key that a written secret stands for. Raises ValueError when it is not `whsec_` and non-empty base64."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"a secret starts with {PREFIX}")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise ValueError(f"after {PREFIX} a secret is base64") from problem
    if not key:
        raise ValueError("the secret is empty")
    return key


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature` for this message; `timestamp` in whole seconds since 1970 (UTC).

    Raises ValueError for a secret that is none.
    """
    return f"{_VERSION},{_mac(key_of(secret), message_id, str(timestamp), body)}"


def verify(
    secrets: Iterable[str],
    *,
    message_id: str | None,
    timestamp: str | None,
    signatures: str | None,
    body: bytes,
    now: datetime,
) -> None:
    """Return if one of the header's signatures fits one of the secrets; raise BadSignature otherwise.

    The three texts are the headers as they came in. A secret that cannot be read fits nothing.
    """
    if not message_id or not timestamp or not signatures:
        names = ((ID_HEADER, message_id), (TIMESTAMP_HEADER, timestamp), (SIGNATURE_HEADER, signatures))
        missing = ", ".join(name for name, value in names if not value)
        raise BadSignature(f"the request is not signed: header {missing} is missing or empty")
    if not message_id.isascii():
        raise BadSignature(f"header {ID_HEADER} must be ASCII")
    _check_age(timestamp, now)
    offered = _offered(signatures)
    if not offered:
        raise BadSignature(f"header {SIGNATURE_HEADER} has no signature of the form {_VERSION},<base64>")
    if not _any_fits(offered, secrets, message_id, timestamp, body):
        raise BadSignature(
            "the signature does not match: sign `id.timestamp.body` with the shop's secret, the body exactly as sent",
            mismatch=True,
        )


def _check_age(timestamp: str, now: datetime) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _MOST_DIGITS):
        raise BadSignature(f"header {TIMESTAMP_HEADER} must be whole seconds since 1970 (UTC), in digits")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise BadSignature(
            f"header {TIMESTAMP_HEADER} is more than five minutes from now: set the clock and sign again"
        )


def _offered(signatures: str) -> list[bytes]:
    """The base64 of every signature of our version; others (v1a, junk) are for somebody else and skipped."""
    parts = signatures.split(" ", _MOST_SIGNATURES)[:_MOST_SIGNATURES]
    mine = [value for version, _, value in (part.partition(",") for part in parts) if version == _VERSION and value]
    return [value.encode("ascii") for value in mine if value.isascii()]


def _any_fits(offered: list[bytes], secrets: Iterable[str], message_id: str, timestamp: str, body: bytes) -> bool:
    fits = False
    for secret in secrets:
        try:
            key = key_of(secret)
        except ValueError:
            continue
        expected = _mac(key, message_id, timestamp, body).encode("ascii")
        for value in offered:
            fits |= hmac.compare_digest(expected, value)
    return fits


def _mac(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    # Three updates and not one joined text: the body may be megabytes.
    mac = hmac.new(key, f"{message_id}.{timestamp}.".encode(), hashlib.sha256)
    mac.update(body)
    return base64.b64encode(mac.digest()).decode("ascii")
