"""docs/security.md names tests that exist, and every line of it names one."""

import re

from partnershop.paths import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_threat_names_a_test_that_exists() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| what they try")]
    assert len(rows) > 25
    for row in rows:
        named = re.findall(r"tests/[\w/]+(?:\.py)?", row.rpartition(" | ")[2])
        assert named, row
        assert [path for path in named if not (ROOT / path).exists()] == [], row


def test_every_decision_and_file_it_names_exists() -> None:
    for path in re.findall(r"`((?:workers|web|docs)/[\w./]+)`|(docs/\w+\.md)", TEXT):
        name = path[0] or path[1]
        assert (ROOT / name).exists() or (ROOT / "partnershop" / name).exists(), name
    assert list((ROOT / "docs" / "decisions").glob("0019-*"))
