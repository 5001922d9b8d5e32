"""SQL is always bound: no statement is put together from values, but for words of ours, each with its reason."""

import ast
from collections.abc import Iterator

from partnershop.paths import ROOT

PACKAGES = ("partnershop", "models", "tasks", "workers", "migrations")
# Who takes a statement as its first argument.
TAKERS = {"execute", "exec_driver_sql", "executemany", "scalars", "scalar", "text"}
LISTED = {
    "migrations/env.py": "the number of a lock, a constant",
    "migrations/runtime_role.py": "the role's name, quoted by PostgreSQL: GRANT takes no parameters",
    "partnershop/gateways/unitedprint_simulator_orders.py": "no SQL: the XML of an answer",
    "partnershop/reconciliation/checks/payments_aside.py": "a condition that three queries share, a constant",
    "partnershop/metrics.py": "a time limit of ours: SET takes no parameters",
    "partnershop/machine/postgres.py": "names of the embedded database, constants",
    "partnershop/reconciliation/running.py": "time limits of ours",
    "partnershop/reconciliation/payments_list.py": "time limits of ours",
    "partnershop/reconciliation/checks/stages.py": "table and condition of each stage, from a table of constants",
    "partnershop/reconciliation/checks/mails.py": "a condition that two queries share, a constant",
    "partnershop/reconciliation/checks/events.py": "a condition that two queries share, a constant",
    "partnershop/audit/documents.py": "a condition that two queries share, a constant",
}


def is_put_together(node: ast.expr) -> bool:
    """Whether a text is made of pieces: an f-string with values, %, +, .format or .join."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mod | ast.Add) and not isinstance(node.left, ast.Name | ast.Attribute | ast.Call)
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return called and node.func.attr in {"format", "join", "replace", "format_map"}  # type: ignore[attr-defined]


def found_in(source: str) -> Iterator[int]:
    """The lines at which a statement is put together."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in TAKERS and is_put_together(node.args[0]):
                yield node.lineno


def test_no_statement_is_put_together_but_those_that_are_listed() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations/versions" not in path.as_posix() and "partnershop/drill" not in path.as_posix()
        if (lines := list(found_in(path.read_text(encoding="utf-8"))))
    }
    assert {name: lines for name, lines in found.items() if name not in LISTED} == {}
    assert set(LISTED) - set(found) == set(), "listed, and no longer needed"


def test_it_would_be_seen() -> None:
    for statement in ("text(f'SELECT {x}')", "s.execute('a %s' % x)", "s.execute('a' + x)", "text('{}'.format(x))"):
        assert list(found_in(statement)) == [1], statement
    for statement in ("text('SELECT :x')", "s.execute(query, {'x': x})", "text(f'SELECT 1')", "s.scalars(a(b) + c)"):
        assert list(found_in(statement)) == [], statement
