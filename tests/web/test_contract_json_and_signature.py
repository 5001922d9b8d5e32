"""Strict JSON, and signatures against the published example of Standard Webhooks."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnershop.contract.canonical import canonical
from partnershop.contract.signature import BadSignature, key_of, new_secret, sign, verify
from partnershop.contract.strict_json import NotJson, loads

# The test vector of the Standard Webhooks specification's reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
MOMENT = datetime.fromtimestamp(TIMESTAMP, UTC)


def check(
    *,
    secrets: tuple[str, ...] = (SECRET,),
    message_id: str | None = MESSAGE,
    timestamp: str | None = str(TIMESTAMP),
    signatures: str | None = SIGNATURE,
    body: bytes = BODY,
    now: datetime = MOMENT,
) -> None:
    verify(secrets, message_id=message_id, timestamp=timestamp, signatures=signatures, body=body, now=now)


def test_the_published_example() -> None:
    assert sign(SECRET, MESSAGE, TIMESTAMP, BODY) == SIGNATURE
    check()


def test_any_of_the_secrets_and_any_of_the_signatures() -> None:
    check(secrets=(new_secret(), "whsec_???", SECRET), signatures=f"v1,AAAA v2,x {SIGNATURE}")


@pytest.mark.parametrize("body", [BODY + b" ", BODY[1:], b"", BODY.replace(b"2", b"3")])
def test_one_other_byte_is_another_body(body: bytes) -> None:
    with pytest.raises(BadSignature, match="does not match"):
        check(body=body)


def test_no_secret_fits_nothing() -> None:
    for secrets in ((), ("whsec_",), ("nonsense",), (new_secret(),)):
        with pytest.raises(BadSignature):
            check(secrets=secrets)


@pytest.mark.parametrize(("seconds", "fits"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_five_minutes_and_not_a_second_more(seconds: int, fits: bool) -> None:
    moment = MOMENT + timedelta(seconds=seconds)
    if fits:
        check(now=moment)
    else:
        with pytest.raises(BadSignature, match="five minutes"):
            check(now=moment)


@given(message_id=st.none() | st.text(), timestamp=st.none() | st.text(), signatures=st.none() | st.text())
def test_junk_raises_nothing_but_bad_signature(
    message_id: str | None, timestamp: str | None, signatures: str | None
) -> None:
    for stamp in (timestamp, str(TIMESTAMP)):
        with pytest.raises(BadSignature):
            check(message_id=message_id, timestamp=stamp, signatures=signatures)


@given(body=st.binary(), message_id=st.text(st.characters(max_codepoint=126, min_codepoint=33), min_size=1))
def test_what_was_signed_is_verified(body: bytes, message_id: str) -> None:
    check(message_id=message_id, body=body, signatures=sign(SECRET, message_id, TIMESTAMP, body))


@pytest.mark.parametrize("secret", ["", "abc", "whsec_", "whsec_!!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
def test_what_is_no_secret(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        key_of(secret)


def test_secrets_are_long_and_differ() -> None:
    assert len(key_of(new_secret())) == 32
    assert new_secret() != new_secret()


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**300), 10**300)
        | st.text()
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_json_comes_out_as_it_went_in(value: object) -> None:
    assert loads(json.dumps(value).encode(), 40) == value
    assert loads(canonical(value).encode(), 40) == value


@given(st.binary(max_size=60) | st.text(alphabet='[]{}",:0123456789.eE+-ntfu\\ ', max_size=60).map(str.encode))
def test_bytes_are_json_or_refused_with_a_sentence(raw: bytes) -> None:
    try:
        value = loads(raw, 5)
    except NotJson as problem:
        said = str(problem)
    else:
        said = canonical(value)
        assert loads(said.encode(), 5) == value
    assert said


@pytest.mark.parametrize(
    ("digits", "value"),
    [("0.1", 0.1), ("1e3", 1000.0), ("0.10000000000000001", Decimal("0.10000000000000001")), ("-0.0", -0.0)],
)
def test_a_fraction_keeps_its_digits(digits: str, value: object) -> None:
    read = loads(digits.encode(), 1)
    assert (type(read), read) == (type(value), value)
    assert Decimal(canonical(read)) == Decimal(digits)


@pytest.mark.parametrize("digits", ["1e400", "-1e400", "1e-500", "1" * 401, "0." + "1" * 400, "1e99999999999999999999"])
def test_a_number_out_of_range_is_refused(digits: str) -> None:
    with pytest.raises(NotJson):
        loads(digits.encode(), 1)


@pytest.mark.parametrize(
    ("raw", "fits"), [(b"[" * 3 + b"]" * 3, True), (b"[" * 4 + b"]" * 4, False), (b'["[[[["]', True)]
)
def test_levels_are_counted_outside_strings(raw: bytes, fits: bool) -> None:
    if fits:
        loads(raw, 3)
    else:
        with pytest.raises(NotJson, match="3 levels"):
            loads(raw, 3)
