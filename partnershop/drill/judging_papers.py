"""Papers: the one invoice there must be, its reversals and reduced invoices, their bytes; and the numbers of a shop."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from partnershop.drill.found import FoundOrder, FoundPaper
from partnershop.drill.found_rows import Line
from partnershop.drill.judging_account import Account, twice
from partnershop.drill.reckoning import Duty
from partnershop.drill.verdict import Kind, Trouble

_REVERSAL, _REDUCED = "reversal", "reduced_invoice"


def papers(account: Account) -> Iterator[Trouble]:
    """Whether the papers of an order say what one invoice over what is left would say."""
    found = account.found.papers
    invoices = [paper for paper in found if paper.row.kind == "invoice"]
    if account.order.invoice is Duty.MUST and not invoices and not any(map(account.waits, account.found.items)):
        why = ": the paper was refused" if account.found.row.paper_refused else ""
        yield account.lost(f"its invoice must be there and is not{why}")
    if account.order.invoice is Duty.NEVER and invoices:
        yield account.wrong(f"{invoices[0].row.number} was issued, though the order must not be invoiced yet")
    if len(invoices) > 1:
        yield account.doubled("it was invoiced twice: " + _named(invoices))
    troubles = [*_cases(account), *_lines(account)]
    yield from troubles
    # What a line has wrong, the sums have wrong: once is enough.
    if not troubles and len(invoices) == 1 and account.order.invoice is not Duty.NEVER:
        yield from _sums(account)
    for paper in found:
        yield from _bytes(account, paper)


def _cases(account: Account) -> Iterator[Trouble]:
    """A case has one reversal at most, and a reduced invoice has one."""
    by_case: dict[int | None, list[FoundPaper]] = defaultdict(list)
    for paper in account.found.papers:
        by_case[paper.row.case_id].append(paper)
    by_case.pop(None, None)
    for case, its in by_case.items():
        reversals = [paper for paper in its if paper.row.kind == _REVERSAL]
        reduced = [paper for paper in its if paper.row.kind == _REDUCED]
        for what, several in (("reversals", reversals), ("reduced invoices", reduced)):
            if len(several) > 1:
                yield account.doubled(f"case {case} has {len(several)} {what}: {_named(several)}")
        if reduced and not reversals:
            yield account.lost(f"{reduced[0].row.number} takes the place of an invoice that no reversal takes back")


def _lines(account: Account) -> Iterator[Trouble]:
    """Line by line: what the valid invoice says of an item, and what is left of it."""
    if not account.found.papers:
        return
    lines = [line for paper in account.found.papers for line in paper.lines]
    taken = [line.origin_id for line in lines if line.origin_id is not None]
    for line in twice(str(each) for each in taken):
        yield account.doubled(f"line {line} of its invoice was taken back twice")
    valid = [(paper, _left(paper, set(taken))) for paper in account.found.papers if paper.row.kind != _REVERSAL]
    holding = [paper for paper, left in valid if left]
    if len(holding) > 1:
        yield account.doubled(f"the customer holds {len(holding)} valid invoices: {_named(holding)}")
        return
    left = account.books().left
    for reckoned, item in account.pairs():
        nets = [line.net for _, of_paper in valid for line in of_paper if line.item_id == item.row.id]
        yield from _line(account, reckoned.key, nets, left.get(reckoned.key), bool(holding))


def _left(paper: FoundPaper, taken: set[int]) -> list[Line]:
    return [line for line in paper.lines if line.id not in taken]


def _line(account: Account, key: str, nets: Sequence[int], left: int | None, is_held: bool) -> Iterator[Trouble]:
    """`left` is what must be invoiced of the item, None of a cancelled one."""
    if left is None and nets:
        yield account.lost(f"item {key} was cancelled, and no reversal takes back its {account.said(sum(nets))}")
    elif left is not None and is_held and not nets:
        yield account.wrong(f"item {key} over {account.said(left)} is on no valid invoice")
    elif left is not None and sum(nets) > left and is_held:
        yield account.lost(
            f"item {key} is invoiced over {account.said(sum(nets))}, and only {account.said(left)} are left of it: "
            "a reduced invoice is missing"
        )
    elif left is not None and sum(nets) < left and is_held:
        yield account.wrong(f"item {key} is invoiced over {account.said(sum(nets))}, and {account.said(left)} are left")


def _sums(account: Account) -> Iterator[Trouble]:
    signed = [(-1 if paper.row.kind == _REVERSAL else 1, paper.row) for paper in account.found.papers]
    books = account.books()
    for what, found, due in (
        ("net", sum(sign * row.net for sign, row in signed), books.net),
        ("gross", sum(sign * row.gross for sign, row in signed), books.gross),
    ):
        if found != due:
            yield account.wrong(
                f"its papers come to {account.said(found)} {what}, one invoice over what is left to {account.said(due)}"
            )


def _bytes(account: Account, paper: FoundPaper) -> Iterator[Trouble]:
    row = paper.row
    why = f": {row.print_error}" if row.print_error else ""
    if row.printing == "parked":
        if not account.excused:
            yield account.lost(f"{row.number} was given up at the printer{why}")
    elif row.printing != "done":
        yield account.lost(f"{row.number} was never printed{why}")
    elif not row.has_bytes:
        yield account.lost(f"{row.number} counts as printed, and its bytes are not there")
    elif not row.bytes_match:
        yield account.wrong(f"the bytes of {row.number} are not those that were printed")


def _named(several: Iterable[FoundPaper]) -> str:
    return " and ".join(paper.row.number for paper in several)


def numbers(shop: str, found: Iterable[FoundOrder]) -> Iterator[Trouble]:
    """Whether the numbers of each series and year of a shop are 1..n, each once."""
    rows = [paper.row for order in found for paper in order.papers]
    for number in twice(row.number for row in rows):
        yield Trouble(Kind.DOUBLED, f"{shop}: number {number} was given twice", shop)
    series: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in rows:
        series[row.series, row.year].append(row.sequence)
    for (name, year), sequence in series.items():
        for number in twice(map(str, sequence)):
            yield Trouble(Kind.DOUBLED, f"{shop}: number {number} of {name} {year} was given twice", shop)
        gaps = sorted(set(range(1, max(sequence) + 1)) - set(sequence))
        if gaps:
            missing = ", ".join(map(str, gaps[:5])) + (" …" if len(gaps) > 5 else "")
            yield Trouble(Kind.WRONG, f"{shop}: the numbers of {name} {year} have a gap at {missing}", shop)
