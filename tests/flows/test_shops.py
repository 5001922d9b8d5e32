"""A shop and its settings: checked member by member, in versions, and what a change does to items that wait."""

import copy
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import yaml
from factories import PRODUCTS, SETTINGS, Scene, attribute, item
from sqlalchemy import select

from models import Item, Shop, ShopSettings, WebhookSecret
from partnershop.cli.files import picture_beside
from partnershop.db import unit_of_work
from partnershop.errors import Refused
from partnershop.flows import catalogues, routing, shops
from partnershop.flows.settings import catalogue_rules
from partnershop.flows.shop_files import parse
from partnershop.flows.yaml_files import read
from partnershop.paths import SAMPLES
from partnershop.rules.lifecycle import ItemState
from partnershop.stages import Stage


def rules(products: dict[str, Any] = PRODUCTS) -> Any:
    """The small catalogue as the rules want it."""
    stored = {
        key: {
            "attributes": [
                {"key": name, "shown_in_shop": True, "default": None, **spec}
                for name, spec in given["attributes"].items()
            ]
        }
        for key, given in products.items()
    }
    return catalogue_rules(stored)


def changed(path: str, value: Any) -> str:
    """The YAML of the sample shop with one member changed, or (`...`) taken away."""
    root = copy.deepcopy(SETTINGS)
    *parents, last = path.split(".")
    place = root
    for parent in parents:
        place = place[parent]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return yaml.safe_dump(root)


FLYER = "place_of_production.products.flyer"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("shop", "Aurora Shop", "shop: must be small letters"),
        ("shop", ..., "shop: is missing"),
        ("currency", "Euro", "currency: must be the three capital letters"),
        ("currency", "XYZ", "currency: must be the three capital letters"),
        ("currency", "KWD", "currency: has 3 decimals, and e-invoices carry 2 (EN 16931, BR-DEC)"),
        ("timezone", "Rome", "timezone: is not a known time zone"),
        ("timezone", "../etc/passwd", "timezone: is not a known time zone"),
        ("language", "fr", "language: must be it or de or en"),
        ("invoice_on", "paid", "invoice_on: must be shipped or placed"),
        ("incomplete_settings", "guess", "incomplete_settings: must be hold or unitedprint"),
        ("require_print_data", "yes", "require_print_data: must be true or false"),
        ("production_days", -1, "production_days: must be working days"),
        ("production_days", True, "production_days: must be working days"),
        ("series.invoice", "FT-{number}", "series.invoice: 'FT-{number}' must contain {year} and {number}"),
        ("series.reversal", "FT-{year}-{number:06d}", "series.reversal: must begin with other letters"),
        ("series.invoice", "RÈ-{year}-{number}", "must be of the letters A to Z, digits and - . / _ only"),
        ("series.reversal", "NC-{year}-{number:013d}", "must give numbers of at most 20 characters"),
        ("series", "FT", "series: must be a mapping"),
        ("commission.rate_percent", 8.0, "commission.rate_percent: must be text: put it in quotes"),
        ("commission.rate_percent", "100.5", 'must be a percentage from "0" to "100"'),
        ("commission.rate_percent", "-1", 'must be a percentage from "0" to "100"'),
        ("seller.country", False, "seller.country: must be text: put it in quotes"),
        ("seller.country", "XX", "seller.country: must be the two capital letters"),
        ("seller.vat_id", "IT98765430215", "seller.vat_id: is not a valid VAT id of IT"),
        ("seller.vat_id", "12345", "seller.vat_id: must begin with the letters of its country"),
        ("seller.iban", "IT61X0542811101000000123456", "seller.iban: is not a valid IBAN"),
        ("seller.email", "fatture", "seller.email: must be one mail address"),
        ("seller.postcode", 40126, "seller.postcode: must be text: put it in quotes"),
        ("seller.legal_name", ..., "seller.legal_name: is missing"),
        ("seller.phone", "1", "seller.phone: is not known here"),
        ("logo", "x", "logo: is not known here"),
        ("place_of_production.mode", "all", "place_of_production.mode: must be all_at_unitedprint or"),
        (f"{FLYER}.quantity", [], "products.flyer.quantity: has no ticked option: tick at least one"),
        (f"{FLYER}.quantity", ..., "products.flyer.quantity: has no ticked option: tick at least one"),
        (f"{FLYER}.data-check", [], "flyer.data-check: has no ticked option (not shown in the shop, it counts all the"),
        (f"{FLYER}.quantity", [1000], "the option 1000 must be text: put it in quotes"),
        (f"{FLYER}.quantity", "1000", "products.flyer.quantity: must be a list of options"),
        (f"{FLYER}.format", ["a6", "a9"], "products.flyer.format=a9: the catalogue does not know this"),
        (f"{FLYER}.fold", ["z"], "products.flyer.fold: the catalogue does not know this"),
        ("place_of_production.products.mug", {"size": ["l"]}, "products.mug: the catalogue does not know this"),
    ],
)
def test_what_is_wrong_is_named_and_said_how_to_change(path: str, value: Any, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse(changed(path, value), rules())
    assert said in str(refusal.value)


def test_a_number_too_long_to_write_out_is_refused_like_any_other() -> None:
    text = changed("production_days", 3).replace("production_days: 3", f"production_days: 0x{'f' * 5000}")
    with pytest.raises(Refused, match="it is a very long number"):
        parse(text, rules())


def test_all_empty_attributes_are_named_at_once() -> None:
    with pytest.raises(Refused) as refusal:
        parse(changed(FLYER, {"format": ["a6"]}), rules())
    assert "flyer.quantity" in str(refusal.value)
    assert "flyer.data-check" in str(refusal.value)


def test_a_shop_that_has_everything_made_elsewhere_ticks_nothing() -> None:
    root = copy.deepcopy(SETTINGS)
    root["place_of_production"] = {"mode": "all_at_unitedprint"}
    assert parse(yaml.safe_dump(root), rules()).settings["ticked"] == {}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("GB987654311", "GB987654311"),
        ("IT 98765430214", "IT98765430214"),
        ("DE987654328", "DE987654328"),
        ("EL094259216", "EL094259216"),
        ("FR40303265045", "FR40303265045"),
        ("CHE-107.787.577 MWST", "CHE-107.787.577 MWST"),
    ],
)
def test_vat_ids_of_many_countries(given: str, kept: str) -> None:
    root: Any = read(changed("seller.vat_id", given))
    root["seller"]["country"] = "DE"  # a seller in Italy has one of Italy
    assert parse(yaml.safe_dump(root), rules()).settings["seller"]["vat_id"] == kept


def test_a_seller_without_a_vat_id_has_at_least_a_tax_code() -> None:
    root: Any = read(changed("seller.vat_id", ...))
    assert "vat_id" not in parse(yaml.safe_dump(root), rules()).settings["seller"]
    del root["seller"]["tax_code"]
    with pytest.raises(Refused, match=r"seller\.vat_id: is missing"):
        parse(yaml.safe_dump(root), rules())


def test_a_change_is_a_new_version_and_the_same_is_none(scene: Scene) -> None:
    with unit_of_work() as session:
        first = shops.add(session, yaml.safe_dump(SETTINGS), "anna")
        assert (first.changed, first.settings.version) == (False, 1)
    scene.change_settings(production_days=5)
    with unit_of_work() as session:
        rows = session.scalars(select(ShopSettings).order_by(ShopSettings.version)).all()
        assert [(row.version, row.production_days) for row in rows] == [(1, 3), (2, 5)]
        assert shops.find(session, scene.code).settings_id == rows[1].id
    # Only a new shop gets a secret.
    assert scene.count(WebhookSecret) == 1


def test_a_series_never_takes_the_letters_that_the_other_had(scene: Scene) -> None:
    with pytest.raises(Refused, match="version 1 of these settings used such numbers"):
        scene.change_settings(
            series={"invoice": "NC-{year}-{number:06d}", "reversal": "FT-{year}-{number:06d}"},
        )


def test_the_currency_of_a_shop_never_changes(scene: Scene) -> None:
    with pytest.raises(Refused, match="keeps its books in EUR, which cannot change to CHF"):
        scene.change_settings(currency="CHF", seller={**SETTINGS["seller"], "country": "DE"})
    assert scene.count(ShopSettings) == 1


@pytest.mark.usefixtures("product")
def test_without_a_catalogue_it_says_to_load_one_first() -> None:
    with pytest.raises(Refused, match="catalogue load"), unit_of_work() as session:
        shops.add(session, yaml.safe_dump(SETTINGS), "anna")


def test_saved_several_times_at_once_the_versions_are_consecutive(scene: Scene) -> None:
    barrier = threading.Barrier(6)

    def save(days: int) -> None:
        barrier.wait()
        with unit_of_work() as session:
            shops.add(session, yaml.safe_dump({**SETTINGS, "production_days": days}), "anna")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(save, range(10, 16)))
    with unit_of_work() as session:
        assert sorted(session.scalars(select(ShopSettings.version))) == list(range(1, 8))
    assert scene.count(Shop) == 1


def test_a_new_shop_added_twice_at_once_is_one_shop(scene: Scene) -> None:
    barrier = threading.Barrier(2)

    def save(_: int) -> bool:
        barrier.wait()
        with unit_of_work() as session:
            return shops.add(session, yaml.safe_dump({**SETTINGS, "shop": "second"}), "anna").created

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, range(2))) == [False, True]
    with unit_of_work() as session:
        second = shops.find(session, "second")
        versions = session.scalars(select(ShopSettings.version).where(ShopSettings.shop_id == second.id)).all()
        assert versions == [1]
        assert len(shops.secrets(session, second)) == 1
    assert scene.count(Shop) == 2


def test_completed_settings_release_held_items_and_decide_later_ones_only(scene: Scene) -> None:
    scene.place("A-1", [item("1", "10.00")])
    scene.go()
    flyer = copy.deepcopy(PRODUCTS["flyer"])
    flyer["attributes"]["paper"] = attribute("matt", shown_in_shop=False, default="matt")
    scene.load_catalogue({**PRODUCTS, "flyer": flyer})
    scene.place("A-2", [item("1", "10.00")])
    scene.go()
    held = scene.item("A-2", "1")
    assert (held.hold_code, held.route) == ("incomplete_settings", None)
    ticked = copy.deepcopy(SETTINGS["place_of_production"])
    ticked["products"]["flyer"] |= {"paper": ["matt"], "format": ["a5", "a6"]}
    scene.change_settings(place_of_production=ticked)
    scene.go()
    assert scene.item("A-2", "1").route == "in_house"
    (early,) = scene.decisions("A-1", "1")
    (late,) = scene.decisions("A-2", "1")
    with unit_of_work() as session:
        assert session.get_one(ShopSettings, early.settings_id).version == 1
        assert session.get_one(ShopSettings, late.settings_id).version == 2


def test_an_item_that_is_being_held_while_the_settings_are_saved_is_judged_again(scene: Scene) -> None:
    """Routing has read the old version and not committed yet: the change must wait for it, and reach its item."""
    flyer = copy.deepcopy(PRODUCTS["flyer"])
    flyer["attributes"]["paper"] = attribute("matt", shown_in_shop=False, default="matt")
    scene.load_catalogue({**PRODUCTS, "flyer": flyer})
    scene.place("A-1", [item("1", "10.00")])
    scene.go(frozenset({Stage.INBOX}))
    ticked = copy.deepcopy(SETTINGS["place_of_production"])
    ticked["products"]["flyer"]["paper"] = ["matt"]
    change = threading.Thread(target=lambda: scene.change_settings(place_of_production=ticked))
    with unit_of_work() as session:
        shop = shops.find(session, scene.code)
        assert routing.route_next(session, shop.id).held == 1
        change.start()
        change.join(0.5)
        assert change.is_alive()
    change.join(10)
    scene.go()
    assert scene.item("A-1", "1").route == "in_house"


def test_print_data_no_longer_required_opens_the_gates(scene: Scene) -> None:
    scene.change_settings(require_print_data=True)
    scene.place("A-1", [item("1", "10.00"), item("2", "10.00")])
    scene.place("A-2", [item("1", "10.00")], payment_method="card")
    scene.go()
    assert scene.item("A-1", "1").state is ItemState.ROUTED
    scene.change_settings(require_print_data=False)
    scene.go()
    assert scene.item("A-1", "1").state is ItemState.HANDED_OVER
    assert scene.item("A-1", "2").state is ItemState.HANDED_OVER
    # Not paid yet: that gate stays shut.
    assert scene.item("A-2", "1").state is ItemState.ROUTED
    assert scene.count(Item) == 3


@pytest.mark.parametrize("name", ["aurora", "gutendruck", "retail"])
@pytest.mark.usefixtures("product")
def test_the_sample_shops_are_taken(name: str) -> None:
    with unit_of_work() as session:
        catalogues.load(session, (SAMPLES / "catalogue.yaml").read_text(encoding="utf-8"))
        file = SAMPLES / "shops" / f"{name}.yaml"
        saved = shops.add(session, file.read_text(encoding="utf-8"), "tests", picture_beside(file))
        assert (saved.created, saved.settings.version, saved.settings.created_by) == (True, 1, "tests")
