"""The `mail` member of a shop's file: checked address by address, and what it leaves out."""

import copy
from typing import Any

import pytest
import yaml
from factories import SETTINGS, Scene
from sqlalchemy import select
from test_shops import rules

from models import Shop
from partnershop.db import unit_of_work
from partnershop.errors import Refused
from partnershop.flows.mail import is_on
from partnershop.flows.orders import settings_of
from partnershop.flows.shop_files import parse


def given(mail: object, **seller: str) -> dict[str, Any]:
    """The mail settings of the sample shop with this member."""
    root = copy.deepcopy(SETTINGS)
    root["seller"] |= seller
    if mail is not ...:
        root["mail"] = mail
    settings: dict[str, Any] = parse(yaml.safe_dump(root), rules()).settings["mail"]
    return settings


def test_without_the_member_there_is_no_mail() -> None:
    assert given(...) == {}
    assert given(None) == {}


def test_with_the_member_mail_is_on_unless_it_says_otherwise() -> None:
    assert given({}) == {"enabled": True}
    assert given({"enabled": False}) == {"enabled": False}


def test_one_address_or_a_list_of_them_each_once() -> None:
    assert given({"bcc": "a@b.example", "digest": ["a@b.example", "c@b.example", "a@b.example"]}) == {
        "enabled": True, "bcc": ["a@b.example"], "digest": ["a@b.example", "c@b.example"],
    }  # fmt: skip


def test_domains_are_kept_as_mail_servers_know_them_and_names_as_they_are() -> None:
    name = 'Müller, "der Drucker" <x@y.example>'
    assert given({"sender": "info@müller.example", "sender_name": name, "reply_to": "büro@müller.example"}) == {
        "enabled": True, "sender": "info@xn--mller-kva.example", "sender_name": name,
        "reply_to": "büro@xn--mller-kva.example",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        ("yes", "mail: must be a mapping"),
        ({"from": "a@b.example"}, "mail.from: is not known here; known are enabled, sender, sender_name"),
        ({"enabled": "yes"}, "mail.enabled: must be true or false"),
        ({"sender": "a@b.example, c@d.example"}, "mail.sender: must be one mail address"),
        ({"sender": ["a@b.example"]}, "mail.sender: must be text"),
        ({"sender": "Anna <a@b.example>"}, "mail.sender: must be one mail address"),
        ({"sender": "a@localhost"}, "mail.sender: must be one mail address, such as orders@shop.example: The"),
        ({"reply_to": "a@b.example\nBcc: c@d.example"}, "mail.reply_to: must be one line of visible text"),
        ({"sender_name": "x" * 101}, "mail.sender_name: must be at most 100 characters long"),
        ({"sender_name": "two\nlines"}, "mail.sender_name: must be one line of visible text"),
        ({"bcc": [1]}, "mail.bcc: must be one mail address or a list of them (it is 1)"),
        ({"bcc": {"a": "b"}}, "mail.bcc: must be one mail address or a list of them (it is a mapping)"),
        ({"digest": ["a@b.example", "nobody"]}, 'mail.digest: must be one mail address, such as orders@shop.example:'),
        ({"digest": [f"a{n}@b.example" for n in range(11)]}, "mail.digest: must be at most 10 addresses"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(mail: object, said: str) -> None:
    with pytest.raises(Refused) as refused:
        given(mail)
    assert said in str(refused.value)


def test_a_seller_who_cannot_send_mail_needs_a_sender() -> None:
    odd = "a..b@aurora.example"
    with pytest.raises(Refused, match=r"seller\.email: must be one mail address"):
        given({}, email=odd)
    assert given({"sender": "a@aurora.example"}, email=odd)["sender"] == "a@aurora.example"
    assert given(..., email=odd) == {}


def test_saving_the_same_mail_settings_makes_no_new_version(scene: Scene) -> None:
    for _ in range(2):
        scene.change_settings(mail={"bcc": "books@aurora.example"})
    with unit_of_work() as session:
        shop = session.scalars(select(Shop)).one()
        settings = settings_of(session, shop.id)
        assert settings.version == 2
        assert is_on(settings)
