"""docs/reliability.md says of every guard and every fault what the registries say.

To write it anew: PYTHONPATH=tests:tests/drill .venv/bin/python tests/drill/test_reliability_page.py
"""

from pathlib import Path

from guards import GUARDS
from guards_kit import AUDIT, DRILLS

from partnershop.drill.fault import Family
from partnershop.drill.faults import FAULTS
from partnershop.paths import ROOT

PAGE = ROOT / "docs" / "reliability.md"
_SEEN = {"lost": "lost", "doubled": "doubled", "wrong": "wrong", AUDIT: "the audit is breached"}


def guards_table() -> str:
    rows = ["| guard | promise | short drill | strikes as | without it | stands behind it |", f"|{'---|' * 6}"]
    for guard in GUARDS:
        drill = DRILLS[guard.drill]
        # The name of the drill reads as a sentence.
        cells = (
            guard.name, guard.promise, drill.name.replace("_", " "), drill.family.value, _SEEN[str(guard.trouble)],
            guard.caught_by,
        )  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def faults_table() -> str:
    head = "| fault | kinds, as `partnershop drill --list` names them |\n|---|---|\n"
    kinds = {family: "; ".join(fault.name for fault in FAULTS if fault.family is family) for family in Family}
    return head + "\n".join(f"| {family.value} | {names} |" for family, names in kinds.items())


def written(page: str) -> str:
    """The page with both tables as they are now."""
    for name, table in (("guards", guards_table()), ("faults", faults_table())):
        before, _, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->")
        page = f"{before}<!-- {name} -->\n{table}\n{end}{after}"
    return page


def test_the_page_says_what_the_registries_say() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page), f"write it anew: see the head of {Path(__file__).name}"
    assert guards_table() in page
    assert faults_table() in page


def test_every_line_of_the_drills_table_has_faults_and_short_drills() -> None:
    assert {fault.family for fault in FAULTS} == set(Family)
    assert {drill.family for drill in DRILLS.values()} == set(Family)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
