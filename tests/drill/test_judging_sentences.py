"""Every sentence that the judge can say of an order is said by a planted trouble: what nobody has seen may be blind."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from planted import EVENTS, HAND_OVERS, ITEMS
from planted_papers import MAILS, MONEY, PAPERS
from test_judging import FORGOTTEN, OUTSIDE

from partnershop.drill import judging

PLANTED = EVENTS | ITEMS | HAND_OVERS | PAPERS | MONEY | MAILS
SAID = [sentence for planted in PLANTED.values() for _, sentence in planted.said]
SAID += [sentence for _, said in OUTSIDE.values() for _, sentence in said]
SAID += [sentence for _, sentence in FORGOTTEN]


def sentences() -> Iterator[tuple[str, str]]:
    """Where each sentence of an order's troubles stands, and a pattern of it."""
    for path in sorted(Path(judging.__file__).parent.glob("judging_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="lost" | "doubled" | "wrong"), args=[said]):
                    yield f"{path.name}:{node.lineno}", _pattern(said)


def _pattern(said: ast.expr) -> str:
    if isinstance(said, ast.Constant):
        return re.escape(str(said.value))
    if isinstance(said, ast.JoinedStr):
        return "".join(_pattern(part) if isinstance(part, ast.Constant) else ".*" for part in said.values)
    if isinstance(said, ast.BinOp):
        return _pattern(said.left) + _pattern(said.right)
    return ".*"


def test_every_sentence_is_said_by_a_planted_trouble() -> None:
    patterns = dict(sentences())
    assert len(patterns) > 60
    unsaid = [place for place, pattern in patterns.items() if not any(_says(pattern, said) for said in SAID)]
    assert unsaid == []


def _says(pattern: str, said: str) -> bool:
    return re.fullmatch(rf"A-\d: {pattern}", said) is not None
