"""What each answer means, as a table."""

import json

import pytest

from partnershop.gateways.outcome import Done, Rejected, Unavailable, Unknown
from partnershop.gateways.unitedprint_answer import outcome_of
from partnershop.gateways.unitedprint_codes import in_words


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b'{"response": 1, "orderNumber": "7"}', Done),
        (200, b'{"response": "1", "orderNumber": 7}', Done),
        (201, b'{"response": 1, "orderNumber": " 7 "}', Done),
        (200, b'{"response": 1, "orderNumber": "7", "codes": ["400034"]}', Done),
        (200, b'{"response": 0, "codes": ["200035"]}', Rejected),
        (200, b'{"response": "0"}', Rejected),
        (400, b'{"response": 0, "codes": ["300001"]}', Rejected),
        (400, b"", Rejected),
        (422, b"<html>", Rejected),
        (200, b'{"response": 1}', Unknown),
        (200, b'{"response": 1, "orderNumber": ""}', Unknown),
        (200, b'{"response": 1, "orderNumber": true}', Unknown),
        (200, b'{"response": 1, "orderNumber": null}', Unknown),
        (200, b'{"response": true, "orderNumber": "7"}', Unknown),
        (200, b'{"response": 1.0, "orderNumber": "7"}', Unknown),
        (200, b'{"response": false}', Unknown),
        (200, b'{"response": 2}', Unknown),
        (200, b'{"response": [1]}', Unknown),
        (200, b"", Unknown),
        (200, b"[]", Unknown),
        (200, b"null", Unknown),
        (200, b"\xff\xfe", Unknown),
        (200, b"[" * 100_000, Unknown),
        (204, b"", Unknown),
        (302, b"", Unknown),
        (307, b"", Unavailable),
        (401, b"", Unavailable),
        (404, b"<html>", Unavailable),
        (429, b"", Unavailable),
        (503, b'{"response": 1, "orderNumber": "7"}', Unavailable),
        (408, b"", Unknown),
        (409, b"", Unknown),
        (500, b'{"response": 0, "codes": ["200035"]}', Unknown),
        (504, b"", Unknown),
    ],
)
def test_what_an_answer_means(status: int, body: bytes, kind: type) -> None:
    outcome = outcome_of(status, body, "A-1")
    assert isinstance(outcome, kind), outcome
    if isinstance(outcome, Done):
        assert outcome.reference == "7"


def test_the_reasons_of_a_refusal_are_words_and_stay_short() -> None:
    codes = ["200035", "300013", "499999", "9", 300033, "x" * 10_000] + ["200010"] * 100
    outcome = outcome_of(200, json.dumps({"response": 0, "codes": codes}).encode(), "A-1")
    assert isinstance(outcome, Rejected)
    assert outcome.reason.startswith(
        "Unitedprint refuses A-1: missing: orderInformation.orderName (200035); invalid: languageCode (300013); "
        "notice: field 99999 (499999); unreadable code '9'; invalid: orderInformation.orderQuantity (300033);"
    )
    assert outcome.reason.endswith("and 86 more.")
    assert len(outcome.reason) < 2000


def test_an_unknown_first_digit_is_said_as_it_is() -> None:
    assert in_words("900010") == "matter 9: environment (900010)"
