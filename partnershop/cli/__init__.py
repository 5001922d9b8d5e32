"""The command line: it says what the commands are called and what they take; what they do is in the flows.

Exit codes of all commands: 0 fine, 1 not fine (refused, a breach, work left), 2 wrong use or an unknown thing,
3 the database or the running product cannot be reached. 128 plus its number when a signal ended it.
"""

import importlib.util
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import typer

from partnershop.cli.ending import exit_code_of
from partnershop.cli.output import WRONG_USE, note
from partnershop.machine.signals import Interrupted

HELP = """The worker pipeline behind a web-to-print shop: orders in, exact papers and money out.

Exit codes: 0 fine; 1 not fine (refused, a breach, work left); 2 wrong use or an unknown thing; 3 the database or the
running product cannot be reached.
"""
# In the order of the help. Each module has `register(app)`.
GROUPS = (
    "demo", "up", "doctor", "drill", "status", "migrate", "catalogue", "shop", "emit", "drain", "reading", "document",
    "moving", "worklist", "item", "order", "complaint", "events", "retry", "mail", "reconcile", "finding",
)  # fmt: skip

app = typer.Typer(
    name="partnershop", help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
for name in GROUPS:
    if importlib.util.find_spec(f"{__name__}.{name}"):
        import_module(f"{__name__}.{name}").register(app)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its code; `arguments` are those of the process unless given."""
    given = sys.argv[1:] if arguments is None else arguments
    # Bytes that are no UTF-8 come as lone surrogates, which no database takes.
    if any(argument.encode(errors="ignore").decode() != argument for argument in given):
        note("an argument is not valid UTF-8 text")
        sys.exit(WRONG_USE)
    try:
        app(args=list(arguments) if arguments is not None else None, prog_name="partnershop")
    except (Exception, Interrupted) as error:
        code = exit_code_of(error)
        if code is None:
            raise
        sys.exit(code)
    sys.exit(0)
