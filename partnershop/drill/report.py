"""The drill's report: one HTML file that holds everything, readable without a network, in three languages."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from partnershop.drill.result import Result
from partnershop.drill.timeline import timeline
from partnershop.paths import TEMPLATES

LANGUAGES = ("en", "it", "de")
_HTML = "drill.html"
_JSON = "drill.json"


def write(result: Result, folder: Path, language: str = "en") -> Path:
    """Write drill.html and drill.json (the same figures for machines) into a folder; the path of the HTML.

    Raises `OSError` when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _JSON).write_text(json.dumps(figures(result), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page = folder / _HTML
    page.write_text(as_html(result, language), encoding="utf-8")
    return page


def as_html(result: Result, language: str = "en") -> str:
    """The report as one page; everything that comes from outside is escaped."""
    template = _templates().get_template("report.html")
    return template.render(
        result=result, lines=result.lines(), timeline=timeline(result), words=words(language), language=language,
        seconds=_seconds,
    )  # fmt: skip


def figures(result: Result) -> dict[str, Any]:
    """Everything of a drill but the pictures, as JSON values."""
    return {
        "clean": result.clean,
        "seed": result.seed,
        "minutes": result.minutes,
        "began": result.began.isoformat(),
        "faults": [{**asdict(line), "family": line.family.value} for line in result.lines()],
        "troubles": [
            {
                "kind": one.trouble.kind.value, "sentence": one.trouble.sentence, "shop": one.trouble.shop,
                "order": one.trouble.order, "faults": [result.injections[place].fault.name for place in one.injections],
            }
            for one in result.attributed
        ],
        "breaches": list(result.verdict.breaches),
        "parked": list(result.verdict.parked),
        "left": list(result.left),
        "looked_at": {
            "events": result.verdict.events, "orders": result.verdict.orders, "papers": result.verdict.papers,
        },
        "not_possible": dict(result.not_possible),
        "not_drawn": list(result.not_drawn),
        "figures": dict(result.figures),
        "pressed": [asdict(one) for one in result.pressed],
    }  # fmt: skip


def words(language: str) -> Mapping[str, Any]:
    """The report's texts in a language, as templates/drill has them. Raises `KeyError` for no such language."""
    if language not in LANGUAGES:
        raise KeyError(language)
    return _words(language)


@cache
def _words(language: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load((TEMPLATES / "drill" / f"{language}.yaml").read_text(encoding="utf-8"))
    return found


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


@cache
def _templates() -> Environment:
    folder = FileSystemLoader(TEMPLATES / "drill")
    return Environment(
        loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
