"""The drill's shops pass the product's own checks, and differ in what decides a flow."""

import pytest
from playing import RULES, Played
from sqlalchemy import select

from models import ShopSettings
from partnershop.db import unit_of_work
from partnershop.drill.shops import shop_texts
from partnershop.flows import mail, shops


def test_the_shops_are_taken_by_shop_add_and_send_mails(product: pytest.MonkeyPatch) -> None:
    played = Played(product)
    assert sorted(played.secrets) == ["bottega", "kontor", "quay"]
    with unit_of_work() as session:
        settings = session.scalars(select(ShopSettings)).all()
        assert all(mail.is_on(one) for one in settings)
        assert {one.invoice_on for one in settings} == {"placed", "shipped"}
        assert {one.require_print_data for one in settings} == {True, False}
        assert all(one.commission_percent > 0 for one in settings)
        assert len({one.timezone for one in settings}) == 3


def test_loading_a_shop_again_changes_nothing(product: pytest.MonkeyPatch) -> None:
    Played(product)
    for text in shop_texts():
        with unit_of_work() as session:
            saved = shops.add(session, text, "tests")
            assert (saved.created, saved.changed) == (False, False)


def test_two_currencies_and_an_italian_and_a_german_seller_are_among_them() -> None:
    assert {rules.settings["currency"] for rules in RULES} == {"EUR", "GBP"}
    assert [rules.settings["seller"]["country"] for rules in RULES] == ["IT", "DE", "GB"]
