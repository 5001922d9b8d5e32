"""The screen of `partnershop status`: what `status_rows` found, as tables."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from partnershop.cli.output import in_utc

_BAD, _ODD, _FINE = "bold red", "yellow", "green"
_DUE_TOO_LONG = 300
_WIDE = 130
# Where each kind of waiting thing is listed.
_LISTED = {
    "events parked": "partnershop event park list --shop SHOP",
    "events in quarantine": "partnershop event quarantine list --shop SHOP",
    "events not taken": "partnershop event quarantine list --shop SHOP",
    "mails parked": "partnershop mail list --shop SHOP",
    "findings": "partnershop finding list --shop SHOP",
}
_ATTENTION = "partnershop attention --shop SHOP"


def screen(found: dict[str, Any], width: int) -> RenderableType:
    """One screen; tables beside each other where the terminal is wide enough."""
    head = (Text(f"partnershop, {in_utc(found['at'])}", style="bold"), _servers(found), _programs(found))
    work, waiting, jobs, today = _stages(found), _waiting(found), _jobs(found), _today(found)
    if width < _WIDE:
        return Group(*head, work, waiting, jobs, today)
    both = Table.grid(padding=(0, 4))
    both.add_row(work, Group(waiting, jobs, today))
    return Group(*head, both)


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> Table:
    made = Table(title=title, title_justify="left", title_style="italic", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold", justify="right" if column in _NUMBERS else "left")
    for row in rows:
        made.add_row(*row)
    return made


_NUMBERS = {"due", "for", "stuck", "number", "open", "new", "repaired", "pid"}


def _servers(found: dict[str, Any]) -> Table:
    rows = [
        (server["name"], Text(server["detail"], style=_FINE if server["ok"] else _BAD)) for server in found["servers"]
    ]
    return _table("servers", ("server", "it"), rows)


def _programs(found: dict[str, Any]) -> RenderableType:
    if not found["programs"]:
        return Text("no `partnershop up` runs here; workers elsewhere are in Flower")
    ended = [program["name"] for program in found["programs"] if not program["running"]]
    running = len(found["programs"]) - len(ended)
    said = Text(f"{running} programs run here")
    if ended:
        said.append(f"; ended: {', '.join(ended)}", style=_BAD)
    return said


def _stages(found: dict[str, Any]) -> Table:
    rows = [
        (
            row["stage"],
            str(row["due"]),
            Text(_duration(row["oldest_seconds"]), style=_ODD if row["oldest_seconds"] > _DUE_TOO_LONG else ""),
            Text(str(row["stuck"]), style=_BAD if row["stuck"] else ""),
        )
        for row in found["stages"]
    ]
    return _table("work", ("stage", "due", "for", "stuck"), rows)


def _waiting(found: dict[str, Any]) -> Table:
    waiting = found["waiting"]
    events, mails = waiting["events"], waiting["mails"]
    numbers: list[tuple[str, str, int]] = [
        ("events parked", "", events["parked"]),
        ("events in quarantine", "", events["quarantined"]),
        ("events not taken", "", events["not_taken"]),
        *(("items held", code, number) for code, number in waiting["items_held"].items()),
        ("hand-overs, outcome unknown", "", waiting["dispatches_unknown"]),
        *(("papers refused", kind, number) for kind, number in waiting["papers_refused"].items()),
        ("mails due", "", mails["due"]),
        ("mails parked", "", mails["parked"]),
        *(("refunds open", refund["amount"], refund["number"]) for refund in waiting["refunds_open"]),
        *(("findings", kind, number) for kind, number in waiting["findings_open"].items()),
    ]
    rows = [(what, which, str(number), _LISTED.get(what, _ATTENTION)) for what, which, number in numbers if number]
    if not rows:
        rows = [("nothing", "", "", "")]
    return _table("what waits", ("what", "which", "number", "listed by"), rows)


def _today(found: dict[str, Any]) -> Table:
    names = {"events": "events received", "items": "items routed", "documents": "papers issued"}
    rows = [
        (words, ", ".join(f"{number} {label}" for label, number in found["today"][name].items()) or "none")
        for name, words in names.items()
    ]
    return _table("today (UTC)", ("what", "how many"), rows)


def _jobs(found: dict[str, Any]) -> Table:
    rows = [
        (
            job["job"],
            _moment(job["ended"], found["at"]),
            *("" if job[name] is None else str(job[name]) for name in ("open", "new", "repaired")),
            Text(", ".join(job["failed"]), style=_BAD),
        )
        for job in found["jobs"]
    ]
    return _table("scheduled", ("job", "last done", "open", "new", "repaired", "could not be made"), rows)


def _moment(moment: datetime | None, now: datetime) -> str:
    return "never" if moment is None else f"{_duration(max(0, int((now - moment).total_seconds())))} ago"


def _duration(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"
