"""What the demo says of its papers' files: every PDF that was exported is read back and held against all rules."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from partnershop.cli.output import say
from partnershop.documents.unreadable import Unreadable
from partnershop.documents.verifying.examining import examine
from partnershop.documents.verifying.verdict import FileKind, Verdict
from partnershop.rules.words import counted


def verify_papers(folders: Iterable[Path]) -> bool:
    """Verify every PDF in these folders and say what came of it; whether all conform."""
    files = sorted(path for folder in folders for path in folder.glob("*.pdf"))
    verdicts = {path: _verdict(path) for path in files}
    wrong = [line for path, verdict in verdicts.items() for line in _wrong(path, verdict)]
    if wrong:
        say(f"{counted(len(wrong), 'broken rule')} in the papers' files:")
        for line in wrong:
            say(f"  {line}")
        return False
    fatture = sum(
        said.format is FileKind.FATTURAPA for verdict in verdicts.values() if verdict for said in verdict.invoices
    )
    claims = sorted({claim for verdict in verdicts.values() if verdict for claim in verdict.claims})
    say(
        f"{counted(len(files), 'paper')}: every e-invoice keeps EN 16931 (XSD, Schematron, our own rules), {fatture} "
        f"with FatturaPA beside it; the PDFs say that they are {', '.join(claims)}"
    )
    return True


def _verdict(path: Path) -> Verdict | None:
    try:
        return examine(path.read_bytes())
    except Unreadable:
        return None


def _wrong(path: Path, verdict: Verdict | None) -> Iterator[str]:
    if verdict is None:
        yield f"{path.name} cannot be read"
        return
    for breach in verdict.all_breaches:
        yield f"{path.name}: {breach.rule} {breach.where}"
