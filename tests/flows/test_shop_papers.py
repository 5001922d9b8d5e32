"""Settings by which every paper of a shop would be refused are refused themselves, before anything depends on them."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from commanding import Run
from factories import PRODUCTS, SETTINGS, Scene
from sqlalchemy import func, select

from models import ShopSettings
from partnershop.db import unit_of_work
from partnershop.documents import cii
from partnershop.documents.paper import Paper, PaperKind
from partnershop.errors import Refused
from partnershop.flows import shop_papers
from partnershop.flows.shop_files import ShopFile, parse

GERMAN = {
    "legal_name": "Gutendruck GmbH", "street": "Setzkastenweg 3", "postcode": "55116", "city": "Mainz", "country": "DE",
    "vat_id": "DE987654328", "iban": "DE44500105175407324931", "email": "rechnung@gutendruck.example",
}  # fmt: skip
UNPRINTABLE = "ரஹீம்"


def settings(seller: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A shop's file, but for its catalogue, with this seller; what is None is left out."""
    root = copy.deepcopy(SETTINGS) | {"place_of_production": {"mode": "all_at_unitedprint"}} | members
    return root | {"seller": {name: value for name, value in seller.items() if value is not None}}


def read(seller: dict[str, Any], **members: Any) -> ShopFile:
    """The same, read."""
    return parse(yaml.safe_dump(settings(seller, **members)), {})


def samples(file: ShopFile) -> list[Paper]:
    """The papers by which it is judged."""
    return shop_papers.samples(file.settings, file.currency)


ITALIAN = SETTINGS["seller"]
TAKEN = [
    ITALIAN,
    ITALIAN | {"vat_id": None},
    ITALIAN | {"tax_code": "987.654.302.14"},
    GERMAN,
    GERMAN | {"vat_id": None, "tax_code": "26/123/45678"},
    GERMAN | {"vat_id": None, "tax_code": "26/123/45678", "registration": {"value": "HRB 98765"}},
    GERMAN | {"identifier": {"scheme": "0088", "value": "4098765000010"}},
    GERMAN | {"iban": None},
]


@pytest.mark.parametrize("seller", TAKEN)
def test_papers_of_settings_that_are_taken_conform(seller: dict[str, Any]) -> None:
    file = read(seller)
    shop_papers.check(file)
    papers = samples(file)
    methods = ["card", "paypal", "advance", "invoice"] if seller["iban"] else ["card", "paypal"]
    assert [paper.payment_method for paper in papers if paper.kind is PaperKind.INVOICE] == methods
    assert [paper.number[:2] for paper in papers if paper.kind is PaperKind.REVERSAL] == ["NC"]
    assert [paper.sdi is not None for paper in papers] == [seller["country"] == "IT"] * len(papers)


REFUSED = [
    (GERMAN | {"identifier": {"scheme": "0088", "value": "123"}}, "seller.identifier: P-PARTY-5: 123, the seller's"),
    (GERMAN | {"identifier": {"scheme": "9999", "value": "1"}}, "seller.identifier: FX-SCH-A-000579: "),
    (GERMAN | {"registration": {"scheme": "9999", "value": "1"}}, "seller.registration: FX-SCH-A-000581: "),
    (ITALIAN | {"registration": {"scheme": "0210", "value": "x"}}, "seller.registration: P-PARTY-5: "),
    (GERMAN | {"country": "XK"}, "seller.country: "),
    (GERMAN | {"legal_name": UNPRINTABLE}, "seller.legal_name: P-TEXT-1: "),
    (GERMAN | {"city": UNPRINTABLE}, "seller.city: P-TEXT-1: "),
    (ITALIAN | {"legal_name": "印刷所"}, "seller.legal_name: P-IT-TEXT: "),
    (ITALIAN | {"street": "印刷所"}, "seller.street: P-IT-TEXT: "),
    (ITALIAN | {"city": "印刷所"}, "seller.city: P-IT-TEXT: "),
]


@pytest.mark.parametrize(("seller", "said"), REFUSED)
def test_settings_by_which_every_paper_would_be_refused_are_refused_once(seller: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refusal:
        shop_papers.check(read(seller))
    lines = str(refusal.value).splitlines()
    assert lines[0] == "the shop is not taken, nothing was changed:"
    assert lines[1].strip().startswith(said)
    assert len(lines) == 2, "each fault once, though every sample has it"


def test_saving_such_settings_changes_nothing(scene: Scene) -> None:
    with pytest.raises(Refused, match=r"seller\.city: P-IT-TEXT"):
        scene.change_settings(seller=ITALIAN | {"city": "印刷所"})
    with unit_of_work() as session:
        assert session.scalars(select(func.max(ShopSettings.version))).one() == 1


def test_papers_are_judged_only_where_what_they_say_has_changed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[ShopFile]()
    monkeypatch.setattr(shop_papers, "check", asked.append)
    scene.change_settings(production_days=5, require_print_data=True, invoice_on="placed")
    scene.change_settings(design={"colour": "#17365d"})
    assert asked == []
    for changes in (
        {"series": {"invoice": "FX-{year}-{number}", "reversal": "NX-{year}-{number}"}},
        {"payment_days": 30},
        {"language": "en"},
        {"fatturapa": {"stamp_duty": False}},
        {"seller": ITALIAN | {"city": "Imola"}},
    ):
        scene.change_settings(**changes)
        assert len(asked) == 1, changes
        asked.clear()


def test_the_tax_code_identifies_a_seller_who_has_nothing_else() -> None:
    (invoice, *_) = samples(read(GERMAN | {"vat_id": None, "tax_code": "26/123/45678"}))
    assert b"<ram:SellerTradeParty><ram:ID>26/123/45678</ram:ID>" in _packed(invoice)
    (named, *_) = samples(read(GERMAN | {"tax_code": "26/123/45678"}))
    assert b"<ram:SellerTradeParty><ram:Name>" in _packed(named)


def _packed(paper: Paper) -> bytes:
    return b"".join(line.strip() for line in cii.write(paper).splitlines())


def test_a_shop_without_an_account_is_taken_and_told(scene: Scene, run: Run, tmp_path: Path) -> None:
    scene.load_catalogue(PRODUCTS)
    file = tmp_path / "cards.yaml"
    file.write_text(yaml.safe_dump(settings(GERMAN | {"iban": None}, shop="cards")), encoding="utf-8")
    added = run("shop", "add", str(file))
    assert (added.code, "mind: seller.iban is missing" in added.out) == (0, True)
    assert "seller.iban is missing" in json.loads(run("shop", "add", str(file), "--json").out)["warnings"][0]
    file.write_text(yaml.safe_dump(settings(GERMAN, shop="cards")), encoding="utf-8")
    assert "mind" not in run("shop", "add", str(file)).out


def test_a_shop_that_would_have_every_paper_refused_is_refused_on_the_command_line(
    scene: Scene, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(yaml.safe_dump(settings(GERMAN | {"country": "XK"}, shop="bad")), encoding="utf-8")
    ended = run("shop", "add", str(file))
    assert (ended.code, "seller.country: " in ended.err) == (1, True)
