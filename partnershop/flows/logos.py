"""The logos of shops: any PNG or JPEG made into one kind of picture, kept once by the SHA-256 of its bytes."""

import hashlib
import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageCms, ImageFile, ImageOps
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import Logo

MOST_BYTES = 500_000
MOST_PIXELS = 2_000
# The largest that papers show, 80 x 20 mm, at 400 dots an inch. Each paper carries it.
_PRINTED = (1_260, 315)
_PROFILED = {"RGB", "RGBA", "L", "CMYK"}
_DEEP = ("I", "F")  # how the modes of more than 8 bits a channel begin
# What Pillow raises for files that are broken, on purpose or not.
_UNREADABLE = (OSError, SyntaxError, EOFError, ValueError, struct.error, zlib.error)


class _NotTaken(ValueError):
    """A picture that can be read and is not taken all the same."""


def normalised(content: bytes) -> bytes:
    """A picture as papers carry it: a PNG in sRGB, no larger than they print it, without metadata.

    The same bytes give the same PNG. Raises ValueError, saying what to change, for anything but a PNG or JPEG of at
    most 500 KB and 2000 x 2000 pixels.
    """
    if len(content) > MOST_BYTES:
        raise ValueError(f"is larger than {MOST_BYTES // 1000} KB: save it smaller")
    try:
        with _strictly(), Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            _check(picture)
            written = _written(_in_srgb(ImageOps.exif_transpose(picture)))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(_too_many_pixels("more than memory should hold")) from None
    except _NotTaken:
        raise
    except _UNREADABLE:
        raise ValueError("is no PNG or JPEG that can be read: save it anew as one") from None
    if len(written) > MOST_BYTES:
        raise ValueError(
            f"comes to {len(written) // 1000} KB on each paper, at most {MOST_BYTES // 1000} KB: take a plainer picture"
        )
    return written


def sha256_of(png: bytes) -> str:
    """What a design names a logo by."""
    return hashlib.sha256(png).hexdigest()


def keep(session: Session, png: bytes) -> None:
    """Keep a normalised logo; one that is there already stays as it is."""
    session.execute(insert(Logo).values(sha256=sha256_of(png), png=png).on_conflict_do_nothing())


@contextmanager
def _strictly() -> Iterator[None]:
    """Have Pillow refuse what is cut off (WeasyPrint tells it not to) and what is small as a file, huge in memory."""
    lenient = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def _check(picture: Image.Image) -> None:
    """What the first bytes of the file say, before its pixels take memory."""
    if max(picture.size) > MOST_PIXELS:
        raise _NotTaken(_too_many_pixels("{} x {} pixels".format(*picture.size)))
    if picture.mode.startswith(_DEEP):
        raise _NotTaken("has more than 8 bits a channel: save it with 8")


def _too_many_pixels(size: str) -> str:
    return f"is too large: {size}, save it with at most {MOST_PIXELS} x {MOST_PIXELS}"


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The picture in RGB, with its transparency if it has any; colours of another profile converted."""
    see_through = "A" in picture.getbands() or "transparency" in picture.info
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in _PROFILED:
        alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
        converted = _converted(picture.convert("RGB") if alpha else picture, profile)
        if alpha:
            converted.putalpha(alpha)
        return converted
    return picture.convert("RGBA" if see_through else "RGB")


def _converted(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        raise _NotTaken("has a colour profile that cannot be read or is not its own: save it in sRGB") from None
    assert converted is not None  # it is None only where it works in place
    return converted


def _written(picture: Image.Image) -> bytes:
    picture.thumbnail(_PRINTED, Image.Resampling.LANCZOS)
    picture.info.clear()  # Pillow would write profile, resolution and texts into the new file
    target = io.BytesIO()
    picture.save(target, "PNG", optimize=True)
    return target.getvalue()
