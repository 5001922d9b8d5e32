"""VAT ids and countries: prefixes, check digits, and what counts as within the EU."""

import pytest

from partnershop.documents.cii.countries import MEMBER_STATES, is_vat_id, trades_as_member, vat_state


@pytest.mark.parametrize(
    "vat_id",
    [
        "IT98765430214", "DE136695976", "ATU13585627", "EL094259216", "XI432525179", "GB987654311", "CHE107787577IVA",
        "NO995525828MVA", "US123456789",
    ],
)  # fmt: skip
def test_vat_ids_that_may_be_some(vat_id: str) -> None:
    assert is_vat_id(vat_id)


@pytest.mark.parametrize(
    "vat_id",
    [
        "", "IT", "98765430214", "IT98765430215", "it98765430214", "DE 136695976", "GR094259216", "EL094259217",
        "XI432525178", "GB987654312", "CHE107787578IVA", "ATU13585628", "94259216", "\u0663T98765430214", "GB",
    ],
)  # fmt: skip
def test_vat_ids_that_are_none(vat_id: str) -> None:
    assert not is_vat_id(vat_id)


def test_the_state_of_a_vat_id() -> None:
    assert [vat_state(vat_id) for vat_id in ("EL094259216", "XI432525179", None)] == ["GR", "XI", ""]
    assert trades_as_member("XI")
    assert not trades_as_member("GB")
    assert len(MEMBER_STATES) == 27
