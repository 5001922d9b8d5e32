"""What we stand on: known holes are below our floors, and pip-audit looks where it reaches its data."""

import json
import re
import subprocess
import sys
from importlib.metadata import version

import pytest
from packaging.version import Version

from partnershop.paths import ROOT

LOCK = ROOT / "requirements.lock"
# Package, the first version without it, the advisory, and what it would mean here.
FLOORS = [
    ("weasyprint", "70.0", "CVE-2025-68616", "a redirect leads the renderer to addresses that it was forbidden"),
    ("weasyprint", "70.0", "CVE-2026-49452", "HTML attributes put CSS into a paper (fixed in 69.0)"),
    ("weasyprint", "70.0", "CVE-2026-55073", "untrusted images, and fetching past the URL fetcher"),
    ("flower", "2.0.0", "CVE-2022-51020", "orders to workers through Flower from another page"),
    ("jinja2", "3.1.6", "CVE-2025-27516", "a template leaves its sandbox by |attr"),
    ("starlette", "0.47.2", "CVE-2025-54121", "large parts of a form block the event loop"),
    ("starlette", "0.49.1", "CVE-2025-62727", "a Range header takes quadratic time"),
    ("starlette", "1.3.1", "CVE-2026-54282", "the path of a request's URL is not validated"),
    ("h11", "0.16.0", "CVE-2025-43859", "a lie in chunks hides a second request"),
    ("tornado", "6.5.0", "CVE-2025-47287", "a form fills the logs and blocks Flower"),
    ("tornado", "6.5.3", "CVE-2025-67724", "a header of an answer can be forged"),
    ("brotli", "1.2.0", "CVE-2025-6176", "a small body becomes a large one"),
]


def locked() -> dict[str, Version]:
    """The versions of the lock, by name."""
    found = re.findall(r"^([a-z0-9.-]+)==([^ \\]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: Version(pinned) for name, pinned in found}


@pytest.mark.parametrize(("package", "floor", "advisory", "why"), FLOORS)
def test_neither_the_lock_nor_what_is_installed_has_a_known_hole(
    package: str, floor: str, advisory: str, why: str
) -> None:
    told = f"{advisory}: {why}"
    assert locked()[package] >= Version(floor), told
    assert Version(version(package)) >= Version(floor), told


def test_every_pinned_package_has_its_hash() -> None:
    text = LOCK.read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    pinned = [block for block in blocks if re.match(r"[a-z0-9.-]+==", block)]
    assert [block.partition(" ")[0] for block in pinned if "sha256:" not in block] == []
    assert len(pinned) == len(locked())


def test_pip_audit_knows_of_no_hole_in_what_the_lock_pins() -> None:
    asked = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--no-deps", "--disable-pip", "-f", "json",
             "--progress-spinner", "off", "--timeout", "5"]  # fmt: skip
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=40, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("pip-audit does not reach its data within 40 seconds")
    if not done.stdout.strip():
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        pytest.skip(f"pip-audit does not reach its data: {last[0][:200]}")
    found = json.loads(done.stdout)["dependencies"]
    # Where its data does not answer it says of each package that it is not there, and ends well.
    unknown = [one for one in found if "skip_reason" in one]
    if len(unknown) > len(found) // 2:
        pytest.skip(f"pip-audit does not reach its data: {unknown[0]['skip_reason'][:100]}")
    known = [
        f"{one['name']} {one['version']}: {', '.join(hole['id'] for hole in one['vulns'])}"
        for one in found
        if one.get("vulns")
    ]
    assert known == [], "raise these in pyproject.toml, then make lock"
