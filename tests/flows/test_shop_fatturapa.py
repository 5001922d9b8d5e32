"""The `fatturapa` member of a shop's file, and what a seller in Italy must have so that the SdI takes its papers."""

import copy
from typing import Any

import pytest
import yaml
from factories import SETTINGS, Scene
from sqlalchemy import select
from test_shops import rules

from models import ShopSettings
from partnershop.db import unit_of_work
from partnershop.errors import Refused
from partnershop.flows.shop_files import parse

DEFAULTS = {"G": "N3.1", "K": "N3.2", "E": "N4", "O": "N2.2"}


def given(fatturapa: object = ..., currency: str = "EUR", **seller: Any) -> dict[str, Any]:
    """The FatturaPA settings of the sample shop with this member and these of its seller (`...`: taken away)."""
    root = copy.deepcopy(SETTINGS)
    root["currency"] = currency
    root["seller"] |= seller
    root["seller"] = {key: value for key, value in root["seller"].items() if value is not ...}
    if fatturapa is not ...:
        root["fatturapa"] = fatturapa
    settings: dict[str, Any] = parse(yaml.safe_dump(root), rules()).settings["fatturapa"]
    return settings


@pytest.mark.parametrize("member", [..., None, {}, {"natures": None}, {"natures": {}}])
def test_what_is_left_out_is_filled_in(member: object) -> None:
    assert given(member) == {"natures": DEFAULTS, "stamp_duty": True}


def test_what_is_given_stands() -> None:
    settings = given({"natures": {"O": "N1", "AE": "N6.9"}, "stamp_duty": False})
    assert settings == {"natures": {**DEFAULTS, "O": "N1", "AE": "N6.9"}, "stamp_duty": False}


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("yes", "fatturapa: must be a mapping"),
        ({"nature": {}}, "fatturapa.nature: is not known here; known are natures, stamp_duty"),
        ({"stamp_duty": "no"}, "fatturapa.stamp_duty: must be true or false"),
        ({"natures": ["N4"]}, "fatturapa.natures: must be a mapping"),
        ({"natures": {"Z": "N4"}}, "fatturapa.natures.Z: cannot be set: Italy has no rate of zero"),
        ({"natures": {"S": "N4"}}, "fatturapa.natures.S: is no category without VAT; known are G, K, E, O, AE"),
        ({"natures": {"E": "N3.1"}}, 'fatturapa.natures.E: must be N4 (it is "N3.1")'),
        ({"natures": {"E": 4}}, "fatturapa.natures.E: must be N4 (it is 4)"),
        ({"natures": {"O": "N2"}}, "fatturapa.natures.O: must be N2.2 or N1"),
        ({"natures": {"AE": "N6"}}, "fatturapa.natures.AE: must be N2.1 or N6.1 or"),
    ],
)
def test_what_is_wrong_is_said(member: object, said: str) -> None:
    with pytest.raises(Refused) as refused:
        given(member)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("seller", "said"),
    [
        ({"postcode": "4012"}, "seller.postcode: must be five digits in Italy"),
        ({"postcode": "I-40126"}, "seller.postcode: must be five digits in Italy"),
        ({"postcode": "٤٠١٢٦"}, "seller.postcode: must be five digits in Italy"),
        ({"province": ...}, "seller.province: must be the two capital letters"),
        ({"province": "Bologna"}, "seller.province: must be the two capital letters"),
        ({"tax_regime": ...}, "seller.tax_regime: must be the code of the tax regime"),
        ({"tax_regime": "RF03"}, "the code of the tax regime, RF01 to RF20 except RF03; the ordinary one is RF01"),
        ({"tax_code": "98765430215"}, "seller.tax_code: is not a valid codice fiscale"),
        ({"tax_code": "RSSMRA85T10A562T"}, "seller.tax_code: is not a valid codice fiscale"),
        ({"vat_id": "DE136695976"}, "seller.vat_id: must begin with IT for a seller in Italy"),
        ({"vat_id": ..., "tax_code": "RSSMRA85T10A562S"}, "seller.vat_id: is missing: a seller in Italy needs it"),
    ],
)
def test_a_seller_whom_the_sdi_would_refuse_is_told_what_to_change(seller: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refused:
        given(**seller)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "seller",
    [
        {"tax_code": ...},  # the VAT id's digits are it
        {"tax_code": "RSSMRA85T10A562S"},
        {"vat_id": ...},  # the tax code's digits are it
    ],
)
def test_fiscal_codes_that_name_a_seller(seller: dict[str, Any]) -> None:
    assert given(**seller)["natures"] == DEFAULTS


def test_an_italian_seller_keeps_its_books_in_euro() -> None:
    with pytest.raises(Refused, match="currency: must be EUR for a seller in Italy, whose papers go to the SdI"):
        given(currency="CHF")


def test_outside_italy_there_is_none() -> None:
    assert given(country="DE", province=..., tax_regime=..., postcode="M1 1AA", currency="GBP") == {}
    with pytest.raises(Refused, match="fatturapa: is for sellers in Italy only: take it away"):
        given({}, country="DE")


def test_the_whole_is_kept_with_the_settings(scene: Scene) -> None:
    scene.change_settings(fatturapa={"natures": {"AE": "N2.1"}})
    with unit_of_work() as session:
        kept = session.scalars(select(ShopSettings.fatturapa).order_by(ShopSettings.version.desc())).first()
        assert kept == {"natures": {**DEFAULTS, "AE": "N2.1"}, "stamp_duty": True}
