"""The logo, the colour and the days of payment of a shop's file, and by what else its seller is known."""

import copy
import hashlib
import io
import os
import zlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from factories import SETTINGS, Scene
from PIL import Image, ImageCms, PngImagePlugin
from sqlalchemy import select

from models import Logo, ShopSettings
from partnershop.cli.files import picture_beside
from partnershop.db import unit_of_work
from partnershop.errors import Refused
from partnershop.flows import shops
from partnershop.flows.logos import normalised
from partnershop.flows.shop_files import ShopFile, parse
from partnershop.flows.shop_files_design import contrast_to_white


def png(size: tuple[int, int] = (60, 20), mode: str = "RGB", colour: Any = (122, 46, 31), **saved: Any) -> bytes:
    """A picture of one colour."""
    target = io.BytesIO()
    Image.new(mode, size, colour).save(target, saved.pop("format", "PNG"), **saved)
    return target.getvalue()


def opened(content: bytes) -> Image.Image:
    """A normalised logo, as papers show it."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def file(pictures: dict[str, bytes] | None = None, **members: Any) -> ShopFile:
    """A shop's file with these members, read with these pictures beside it."""
    root = copy.deepcopy(SETTINGS)
    root["place_of_production"] = {"mode": "all_at_unitedprint"}
    root |= members
    return parse(yaml.safe_dump(root), {}, (pictures or {}).__getitem__)


def seller(**members: Any) -> dict[str, Any]:
    """The seller with these members more."""
    return {**SETTINGS["seller"], **members}


# The file


def test_without_these_members_a_shop_has_no_logo_and_14_days() -> None:
    read = file()
    assert (read.settings["design"], read.settings["payment_days"], read.logo) == ({}, 14, None)


def test_a_design_is_kept_as_its_colour_and_the_hash_of_its_logo() -> None:
    read = file({"a.png": png()}, design={"colour": "#17365D", "logo": "a.png"}, payment_days=0)
    assert read.logo is not None
    assert read.settings["design"] == {"colour": "#17365d", "logo": hashlib.sha256(read.logo).hexdigest()}
    assert read.settings["payment_days"] == 0


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"payment_days": 366}, "payment_days: must be days, a whole number from 0 to 365 (it is 366)"),
        ({"payment_days": -1}, "payment_days: must be days"),
        ({"payment_days": True}, "payment_days: must be days"),
        ({"payment_days": "14"}, "payment_days: must be days"),
        ({"design": "#17365d"}, "design: must be a mapping"),
        ({"design": {"color": "#17365d"}}, "design.color: is not known here; known are colour, logo"),
        ({"design": {"colour": 17365}}, "design.colour: must be text: put it in quotes"),
        ({"design": {"colour": "navy"}}, 'design.colour: must be a colour such as "#17365d"'),
        ({"design": {"colour": "#777"}}, 'design.colour: must be a colour such as "#17365d"'),
        ({"design": {"colour": "#17365d;x:url(a)"}}, "design.colour: must be a colour"),
        ({"design": {"colour": "#777777"}}, "design.colour: is too light to be read on white: its contrast is 4.48:1"),
        ({"design": {"logo": ["a.png"]}}, "design.logo: must be text"),
        ({"design": {"logo": "a.png"}}, "design.logo: is no PNG or JPEG that can be read"),
        ({"seller": seller(registration="HRB 1")}, "seller.registration: must be a mapping"),
        ({"seller": seller(registration={"scheme": "0002"})}, "seller.registration.value: is missing"),
        ({"seller": seller(registration={"value": "1" * 61})}, "registration.value: must be at most 60 characters"),
        ({"seller": seller(identifier={"scheme": "GLN", "value": "1"})}, "scheme: must be four digits of the list of"),
        ({"seller": seller(identifier={"scheme": 88, "value": "1"})}, "seller.identifier.scheme: must be text"),
        ({"seller": seller(identifier={"kind": "x", "value": "1"})}, "seller.identifier.kind: is not known here"),
    ],
)
def test_what_is_wrong_is_named_and_said_how_to_change(members: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refusal:
        file({"a.png": b"no picture"}, **members)
    assert said in str(refusal.value)


def test_a_seller_may_have_a_register_entry_and_an_identifier() -> None:
    given = {"registration": {"value": "HRB 1"}, "identifier": {"scheme": "0088", "value": "4098765000010"}}
    assert file(seller=seller(**given)).settings["seller"] | given == file(seller=seller(**given)).settings["seller"]


@pytest.mark.parametrize(
    ("colour", "contrast"),
    [("#ffffff", "1.00"), ("#000000", "21.00"), ("#777777", "4.48"), ("#767676", "4.54"), ("#ff0000", "4.00")],
)
def test_contrast_is_that_of_the_web_guidelines(colour: str, contrast: str) -> None:
    """The figures are those that WCAG's own examples and checkers give."""
    assert round(contrast_to_white(colour), 2) == Decimal(contrast)


# The picture


def test_a_logo_carries_nothing_but_its_pixels() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "somebody")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x010E] = "a description"
    for given in (png(pnginfo=notes, dpi=(300, 300), icc_profile=profile), png(format="JPEG", exif=exif, quality=95)):
        made = opened(normalised(given))
        assert (made.format, made.mode, made.info) == ("PNG", "RGB", {})
        assert b"somebody" not in normalised(given) and b"description" not in normalised(given)


def test_the_same_picture_is_the_same_bytes() -> None:
    assert normalised(png()) == normalised(png())
    assert normalised(normalised(png())) == normalised(png())


@pytest.mark.parametrize(
    ("mode", "colour", "made"),
    [("L", 10, "RGB"), ("1", 1, "RGB"), ("P", 3, "RGB"), ("LA", (10, 90), "RGBA"), ("RGBA", (1, 2, 3, 4), "RGBA")],
)
def test_every_usual_kind_of_picture_is_taken(mode: str, colour: Any, made: str) -> None:
    assert opened(normalised(png(mode=mode, colour=colour))).mode == made


def test_a_transparent_palette_stays_transparent() -> None:
    assert opened(normalised(png(mode="P", colour=0, transparency=0))).getpixel((0, 0))[3] == 0  # type: ignore[index]


def test_a_photograph_is_turned_as_its_camera_was_and_in_rgb() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = opened(normalised(png((60, 20), "CMYK", (0, 255, 255, 0), format="JPEG", exif=exif)))
    assert (made.size, made.mode) == ((20, 60), "RGB")


def test_a_large_logo_is_as_large_as_papers_print_it() -> None:
    assert opened(normalised(png((2000, 2000)))).size == (315, 315)
    assert opened(normalised(png((2000, 100)))).size == (1260, 63)
    assert opened(normalised(png((30, 10)))).size == (30, 10)


def _header_of(width: int, height: int) -> bytes:
    """A PNG that says how large it is and has next to no pixels: small as a file, huge in memory."""
    content = png((1, 1))
    header = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + content[24:29]
    return content[:12] + header + zlib.crc32(header).to_bytes(4) + content[33:]


def _noise(form: str, **saved: Any) -> bytes:
    target = io.BytesIO()
    Image.frombytes("RGB", (1260, 315), os.urandom(1260 * 315 * 3)).save(target, form, **saved)
    return target.getvalue()


def _text_bomb() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "a" * 100_000_000, zip=True)
    return png(pnginfo=notes)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: b"", "is no PNG or JPEG that can be read"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no PNG or JPEG that can be read"),
        (lambda: png(format="GIF"), "is no PNG or JPEG that can be read"),
        (lambda: png(format="BMP"), "is no PNG or JPEG that can be read"),
        (lambda: _noise("PNG")[:400_000], "is no PNG or JPEG that can be read"),
        (lambda: png()[:20], "is no PNG or JPEG that can be read"),
        (_text_bomb, "is no PNG or JPEG that can be read"),
        (lambda: _header_of(60_000, 60_000), "is too large: more than memory should hold"),
        (lambda: _header_of(10_000, 9_500), "is too large: more than memory should hold"),
        (lambda: png((2001, 1)), "is too large: 2001 x 1 pixels, save it with at most 2000 x 2000"),
        (lambda: png((1, 2001)), "is too large: 1 x 2001 pixels"),
        (lambda: bytes(500_001), "is larger than 500 KB: save it smaller"),
        (lambda: png(mode="I;16", colour=3), "has more than 8 bits a channel: save it with 8"),
        (lambda: png(icc_profile=b"no profile"), "has a colour profile that cannot be read or is not its own"),
    ],
)
def test_a_picture_that_papers_cannot_carry_is_refused(content: Callable[[], bytes], said: str) -> None:
    with pytest.raises(ValueError) as refusal:
        normalised(content())
    assert said in str(refusal.value)


def test_a_picture_full_of_noise_is_refused_since_every_paper_would_carry_it() -> None:
    noise = _noise("JPEG", quality=60)
    assert len(noise) < 500_000
    with pytest.raises(ValueError, match=r"comes to \d+ KB on each paper, at most 500 KB: take a plainer picture"):
        normalised(noise)


# The file beside the YAML


def test_pictures_are_read_from_the_folder_of_the_file_only(tmp_path: Path) -> None:
    folder = tmp_path / "shops"
    (folder / "logos").mkdir(parents=True)
    (folder / "logos" / "a.png").write_bytes(b"a")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    picture = picture_beside(folder / "aurora.yaml")
    assert picture("logos/a.png") == b"a"
    for name in ("../secret.png", "logos/../../secret.png", str(tmp_path / "secret.png"), "link.png"):
        with pytest.raises(ValueError, match="must lie in the folder of this file or below"):
            picture(name)
    for name in ("none.png", "logos", "."):
        with pytest.raises(ValueError, match=r"is no file: put it beside aurora\.yaml"):
            picture(name)


def test_names_that_the_file_system_does_not_take_are_told_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "round.png").symlink_to(tmp_path / "about.png")
    (tmp_path / "about.png").symlink_to(tmp_path / "round.png")
    picture = picture_beside(tmp_path / "aurora.yaml")
    with pytest.raises(ValueError, match="is a symbolic link that leads in a circle"):
        picture("round.png")
    with pytest.raises(ValueError, match="cannot be read: File name too long") as problem:
        picture("a" * 5_000)
    assert len(str(problem.value)) < 100


def test_a_file_without_a_folder_names_no_pictures(scene: Scene) -> None:
    with pytest.raises(Refused, match=r"design\.logo: cannot be read from here"):
        scene.change_settings(design={"logo": "a.png"})


# The settings


def _add(content: bytes, **members: Any) -> shops.Saved:
    text = yaml.safe_dump({**SETTINGS, "design": {"logo": "a.png"}, **members})
    with unit_of_work() as session:
        return shops.add(session, text, "anna", {"a.png": content}.__getitem__)


def test_another_logo_is_a_new_version_and_the_old_one_is_kept(scene: Scene) -> None:
    saved = [_add(png()), _add(png()), _add(png(colour=(1, 2, 3))), _add(png())]
    assert [(one.settings.version, one.changed) for one in saved] == [(2, True), (2, False), (3, True), (4, True)]
    assert scene.count(Logo) == 2
    with unit_of_work() as session:
        designs = session.scalars(select(ShopSettings.design).order_by(ShopSettings.version)).all()
        kept = dict(session.execute(select(Logo.sha256, Logo.png)).all())
    assert designs[0] == {}
    for design in designs[1:]:
        assert hashlib.sha256(kept[design["logo"]]).hexdigest() == design["logo"]


def test_settings_that_are_refused_leave_no_logo(scene: Scene) -> None:
    with pytest.raises(Refused):
        _add(png(), payment_days=-1)
    assert scene.count(Logo) == 0
