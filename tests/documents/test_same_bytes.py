"""The same paper gives the same bytes, in whichever process, time zone, language, folder or day it is printed."""

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from papers import CHIARA, german, line, many, paper, reduced, ticket
from pypdf import PdfReader
from reading import text
from test_pdfa import FOR_SDI, picture

from partnershop.documents import RENDERER, engine
from partnershop.documents.job_ticket import render_ticket
from partnershop.documents.paper import Design
from partnershop.documents.render import render
from partnershop.paths import ROOT

# Every source of difference that was found: fonts of both kinds, a picture, two files inside, a script with letters
# that Pango shapes in the language of the machine (Marathi has letters of its own in Devanagari).
_MIXED = "張偉 שלום शील झटपट ☎ 😀"
_PAPERS = (
    paper(many(12), sdi=FOR_SDI, design=Design(logo=picture())),
    german((line(1, rate="19", description=_MIXED),), buyer=replace(CHIARA, name=_MIXED)),
    reduced(),
)
_PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:]
import test_same_bytes
print(test_same_bytes.digest())
"""


@pytest.fixture(scope="module")
def printed_here() -> str:
    """The digest as this process makes it."""
    return digest()


def digest() -> str:
    """Over everything that is printed here."""
    made = [*map(render, _PAPERS), render_ticket(ticket(description=_MIXED))]
    return hashlib.sha256(b"".join(made)).hexdigest()


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati"},
        {"PYTHONHASHSEED": "2", "TZ": "America/Adak"},
        {"LANGUAGE": "mr:ja", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
        {"PANGO_LANGUAGE": "mr", "FONTCONFIG_FILE": "/nonexistent"},
        {"LC_ALL": "C", "PYTHONUTF8": "0"},
        {},
    ],
    ids=lambda environment: " ".join(environment) or "empty",
)
def test_in_another_process(environment: dict[str, str], printed_here: str, tmp_path: Path) -> None:
    program = [sys.executable, "-c", _PROGRAM, str(ROOT), str(Path(__file__).parent)]
    made = subprocess.run(program, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert made.stdout.strip() == printed_here, made.stderr


@pytest.mark.parametrize("days", [1, 400])
def test_on_another_day(days: int, printed_here: str) -> None:
    engine.forget_resources()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
        assert digest() == printed_here


def test_when_fonttools_makes_the_fonts_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on machines without HarfBuzz's subset library: other bytes, and the same on every day."""
    given = _PAPERS[0]
    by_harfbuzz = render(given)
    monkeypatch.setattr("weasyprint.pdf.fonts.harfbuzz_subset", None)
    with time_machine.travel(datetime(2026, 3, 9, 12, tzinfo=UTC)):
        today = render(given)
    with time_machine.travel(datetime(2031, 12, 31, 23, tzinfo=UTC)):
        assert render(given) == today
    assert today != by_harfbuzz, "it is fontTools that made them"


def test_a_moment_that_the_machine_had_set_is_not_kept() -> None:
    program = "import os, partnershop.documents; print(os.environ['SOURCE_DATE_EPOCH'])"
    environment = {"SOURCE_DATE_EPOCH": "1", "PYTHONPATH": str(ROOT)}
    made = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert made.stdout.strip() == os.environ["SOURCE_DATE_EPOCH"] != "1"


def test_after_other_papers() -> None:
    """What a process printed before, and what its caches hold, leaves no trace."""
    first = render(_PAPERS[1])
    for other in _PAPERS:
        render(other)
    assert render(_PAPERS[1]) == first


def test_nothing_of_today_is_in_it() -> None:
    made = render(paper())
    now = datetime.now(UTC)
    written = made + text(made).encode() + str(PdfReader(io.BytesIO(made)).metadata).encode()
    assert f"{now:%Y%m%d}".encode() not in written
    assert f"{now:%Y-%m-%d}".encode() not in written


def test_what_the_bytes_depend_on_is_recorded() -> None:
    said = dict(part.split(" ") for part in RENDERER.split(", "))
    assert {"weasyprint", "pydyf", "pango", "harfbuzz", "zlib", "ours"} <= said.keys()
    assert len(said["ours"]) == 12
