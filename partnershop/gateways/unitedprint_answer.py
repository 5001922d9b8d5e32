"""What Unitedprint's answer to createOrder means. Pure: status and body in, outcome out."""

import json

from partnershop.gateways.outcome import Done, Outcome, Rejected, Unavailable, Unknown
from partnershop.gateways.unitedprint_codes import in_words

_CODES_SHOWN = 20
_NOT_TAKEN = {
    401: "does not accept our login",
    403: "does not let us in",
    404: "does not know this address",
    405: "does not take orders at this address",
    407: "wants a proxy login",
    421: "is not reached at this address",
    425: "wants the request later",
    429: "has too many requests",
    307: "has moved to another address",
    308: "has moved to another address",
    503: "is overloaded or closed for maintenance",
}
"""HTTP statuses (RFC 9110) by which a server says that it has not acted on the request, whatever the request holds."""


def outcome_of(status: int, body: bytes, key: str) -> Outcome:
    """The outcome of a call that was answered at all; `key` is our orderName, named where somebody must look it up.

    Response 1 with an order number is `Done`, response 0 `Rejected` with its codes in words. Without such an answer
    the status decides: those that say nothing was done are `Unavailable`, other 4xx `Rejected`, and everything else
    (other 5xx, an unreadable 2xx) is `Unknown`, because the order may have been placed.
    """
    if status in _NOT_TAKEN:
        return Unavailable(f"Unitedprint {_NOT_TAKEN[status]} (HTTP {status}).")
    answer = _read(body) if status < 500 else None
    if answer is not None and _said(answer, 0):
        return Rejected(f"Unitedprint refuses {key}: {_reasons(answer)}.")
    if 200 <= status < 300:
        return _accepted(answer, key)
    if 400 <= status < 500 and status not in {408, 409}:
        return Rejected(f"Unitedprint cannot read our request for {key} (HTTP {status}).")
    return unknown(f"Unitedprint answered with HTTP {status}", key)


def unknown(what: str, key: str) -> Unknown:
    """An unknown outcome, with what to do about it."""
    return Unknown(f"{what}: look up whether order name {key} exists there before it is sent again.")


def _accepted(answer: dict[str, object] | None, key: str) -> Outcome:
    if answer is None or not _said(answer, 1):
        return unknown("Unitedprint sent an answer that cannot be read", key)
    number = answer.get("orderNumber")
    if isinstance(number, int) and not isinstance(number, bool):
        number = str(number)
    if not isinstance(number, str) or not number.strip():
        return unknown("Unitedprint says it is done, but not under which order number", key)
    return Done(number.strip())


def _read(body: bytes) -> dict[str, object] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):  # RecursionError: absurd nesting
        return None
    return answer if isinstance(answer, dict) else None


def _said(answer: dict[str, object], expected: int) -> bool:
    """Whether `response` is that number, also written as text; true and false are not numbers here."""
    response = answer.get("response")
    return not isinstance(response, (bool, float)) and response in (expected, str(expected))


def _reasons(answer: dict[str, object]) -> str:
    codes = answer.get("codes")
    if not isinstance(codes, list) or not codes:
        return "no code given"
    words = [in_words(str(code)) for code in codes[:_CODES_SHOWN]]
    if len(codes) > _CODES_SHOWN:
        words.append(f"and {len(codes) - _CODES_SHOWN} more")
    return "; ".join(words)
