"""Loading a catalogue: its stored form, versions, and every error with the path of what is wrong."""

import copy
from typing import Any

import pytest
import yaml
from factories import PRODUCTS, Scene, attribute, item, names

from models import CatalogueVersion
from partnershop.db import unit_of_work
from partnershop.errors import Refused
from partnershop.flows import catalogues
from partnershop.flows.catalogues import parse
from partnershop.paths import SAMPLES
from partnershop.rules.lifecycle import ItemState

SAMPLE = (SAMPLES / "catalogue.yaml").read_text(encoding="utf-8")


def refused(content: str) -> str:
    """What is said about a wrong catalogue."""
    with pytest.raises(Refused) as refusal:
        parse(content)
    return str(refusal.value)


def changed(path: str, value: Any) -> str:
    """The YAML of the small catalogue with one member changed, or (`...`) taken away."""
    root: dict[str, Any] = {"version": "test", "products": copy.deepcopy(PRODUCTS)}
    *parents, last = path.split(".")
    place = root
    for parent in parents:
        place = place[parent]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return yaml.safe_dump(root)


def test_the_sample_is_stored_with_anchors_resolved_and_attributes_in_order() -> None:
    label, products = parse(SAMPLE)
    assert label == "2026-03-01"
    assert len(products) == 8
    poster = products["poster"]["attributes"]
    assert [spec["key"] for spec in poster] == ["format", "paper", "colours", "finishing", "quantity", "data-check"]
    assert sorted(poster[0]["options"]) == ["a0", "a1", "a2", "a3", "b1"]
    assert (poster[0]["shown_in_shop"], poster[0]["default"]) == (True, None)
    assert (poster[5]["shown_in_shop"], poster[5]["default"]) == (False, "basic")
    assert products["sticker"]["names"] == {"it": "Adesivi", "de": "Aufkleber", "en": "Stickers"}
    assert poster[4]["options"]["1000"]["de"] == "1.000 Stück"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("products.flyer.names", {"it": "v", "de": "F"}, "products.flyer.names.en: is missing"),
        ("products.flyer.names", {**names("x"), "fr": "t"}, "products.flyer.names.fr: is not known here"),
        ("products.flyer.names.it", 7, "products.flyer.names.it: must be text"),
        ("products.flyer.attributes.format.options.a6", {"it": "x"}, "attributes.format.options.a6.de: is missing"),
        ("products.flyer.attributes.data-check.default", ..., "attributes.data-check.default: is missing"),
        ("products.flyer.attributes.data-check.default", "expert", "must be one of the options, basic, professional"),
        ("products.flyer.attributes.format.default", "a6", "only an attribute with shown_in_shop: false"),
        ("products.flyer.attributes.format.options", {}, "must have at least one option"),
        ("products.flyer.attributes.format.options", ["a6"], "attributes.format.options: must be a mapping"),
        (
            "products.flyer.attributes.format.options",
            {True: names("yes")},
            "the key true must be text: put it in quotes",
        ),
        (
            "products.flyer.attributes.quantity.options",
            {1000: names("x")},
            "the key 1000 must be text: put it in quotes",
        ),
        ("products.flyer.attributes.format.shown_in_shop", "no", "shown_in_shop: must be true or false"),
        ("products.flyer.attributes", {}, "products.flyer.attributes: must have at least one attribute"),
        ("products.flyer.price", "1.00", "products.flyer.price: is not known here"),
        ("products.flyer", "flyer", "products.flyer: must be a mapping"),
        ("products", {}, "products: must have at least one product"),
        ("version", ..., "version: is missing"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(path: str, value: Any, said: str) -> None:
    assert said in refused(changed(path, value))


def test_several_errors_are_said_at_once() -> None:
    content = changed("products.flyer.attributes.data-check.default", ...).replace("version: test", "version: ''")
    said = refused(content)
    assert "version: must be one line of visible text" in said
    assert "data-check.default: is missing" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("version: [", "in line 1"),
        ("version: 1\nversion: 2\nproducts: {}", 'in line 2, column 1: the key "version" is there twice'),
        ("just text", "must be a mapping"),
        ("version: !!python/object:os.system {}", "is not YAML that can be read"),
        ("", "is empty"),
        ("# only a remark", "is empty"),
        ("&a [*a]", "must be a mapping"),
    ],
)
def test_what_is_no_yaml_or_another_thing_altogether(content: str, said: str) -> None:
    assert said in refused(content)


def test_the_same_again_is_no_new_version_and_going_back_is_one(scene: Scene) -> None:
    first = scene.count(CatalogueVersion)
    scene.load_catalogue(PRODUCTS)
    assert scene.count(CatalogueVersion) == first
    scene.load_catalogue({"poster": PRODUCTS["poster"]})
    scene.load_catalogue(PRODUCTS)
    assert scene.count(CatalogueVersion) == first + 2


def test_a_refused_catalogue_changes_nothing(scene: Scene) -> None:
    before = scene.count(CatalogueVersion)
    with pytest.raises(Refused), unit_of_work() as session:
        catalogues.load(session, changed("products.flyer.names", {}))
    assert scene.count(CatalogueVersion) == before


def test_a_new_catalogue_releases_what_was_held_for_it(scene: Scene) -> None:
    scene.place("A-1", [item("1", "10.00", product="calendar", options={"format": "a3"})])
    scene.go()
    assert scene.item("A-1", "1").hold_code == "unknown_product"
    calendar = {"names": names("calendar"), "attributes": {"format": attribute("a3")}}
    scene.load_catalogue({**PRODUCTS, "calendar": calendar})
    scene.go()
    released = scene.item("A-1", "1")
    assert (released.state, released.route, released.hold_code) == (ItemState.HANDED_OVER, "unitedprint", None)
