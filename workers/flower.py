"""Starts Flower, read-only and behind a password, with a page of our own that explains what it shows: /guide.

`python -m workers.flower [Flower's options]`. The password of its user "operator" is PARTNERSHOP_FLOWER_PASSWORD (or
in the file that PARTNERSHOP_FLOWER_PASSWORD_FILE names), or all of it is in Flower's own FLOWER_BASIC_AUTH.
"""

import os
import sys
from ast import literal_eval
from collections.abc import Sequence
from contextlib import suppress
from inspect import cleandoc
from pathlib import Path
from typing import Any

from flower import urls  # type: ignore[import-untyped]
from flower.views import BaseHandler  # type: ignore[import-untyped]
from flower.views.tasks import TASK_COLUMNS  # type: ignore[import-untyped]
from tornado.options import options
from tornado.template import Loader, Template
from tornado.web import authenticated, url

from partnershop.errors import Defect, Refused
from partnershop.logging import configure
from partnershop.machine.ports import LOOPBACK
from partnershop.paths import TEMPLATES
from partnershop.programs import FLOWER_PASSWORD_VARIABLE, FLOWER_USER
from partnershop.secret import secret
from workers.app import app
from workers.queues import QUEUES
from workers.words import LANGUAGES, comes_back, words

AUTH_VARIABLE = "FLOWER_BASIC_AUTH"
# Of what Flower can show of a task, what an operator can use, in the order of reading.
COLUMNS = ("name", "kwargs", "state", "result", "exception", "received", "runtime", "worker")
_HEADINGS = {"kwargs": "About", "result": "What was done", "exception": "What went wrong"}
_DEFAULTS = {"address": LOOPBACK, "read_only": "True", "tasks_columns": ",".join(COLUMNS)}
_NAVIGATION = "navbar.html"
# Where the list of Flower's own pages ends.
_END_OF_PAGES = "</ul>"
_LINK = (
    '<li class="nav-item"><a class="nav-link{% if active_tab == \'guide\' %} active{% end %}"'
    ' href="{{ reverse_url(\'guide\') }}">Guide</a></li>\n'
)


class Guide(BaseHandler):  # type: ignore[misc]  # Flower has no types
    """The page. Made of the tasks, the table of queues and templates/flower, so that it says what is so."""

    @authenticated
    def get(self) -> None:
        """Answer in the language that `?lang=` names, or else the browser asks for first; else in English."""
        asked = [self.get_argument("lang", ""), *self.request.headers.get("Accept-Language", "").split(",")]
        known = [code for code in (one.strip()[:2].lower() for one in asked) if code in LANGUAGES]
        language = known[0] if known else LANGUAGES[0]
        self.render(
            "guide.html", language=language, languages=LANGUAGES, words=words(language), tasks=tasks_in(language)
        )


class Templates(Loader):
    """Flower's templates, ours beside them, and a link to the guide in the navigation of every page."""

    def _create_template(self, name: str) -> Template:
        own = TEMPLATES / "flower" / name
        text = (own if own.is_file() else Path(self.root) / name).read_text(encoding="utf-8")
        return Template(_with_link(text) if name == _NAVIGATION else text, name=name, loader=self)


def _with_link(navigation: str) -> str:
    before, end, after = navigation.partition(_END_OF_PAGES)
    if not end:
        raise Defect("this version of Flower builds its navigation in another way: look for the end of its pages anew")
    return before + _LINK + end + after


def as_sentence(task: Any) -> Any:
    """A task as Flower shows it (its own copy): the result without the quotation marks that Celery puts around it."""
    with suppress(ValueError, SyntaxError, TypeError):
        task.result = str(literal_eval(task.result))
    return task


def tasks_in(language: str) -> list[dict[str, str]]:
    """The rows of the table of tasks: name, queue, what it is, and where its work stands when it is red."""
    app.loader.import_default_modules()
    told = words(language).get("tasks", {})
    return [
        {
            "name": task,
            "queue": queue,
            "what": told.get(task) or cleandoc(app.tasks[task].__doc__ or "").partition("\n\n")[0],
            "red": comes_back(task, {}, language),
        }
        for queue, settings in QUEUES.items()
        for task in settings.tasks
    ]


def prepare(arguments: Sequence[str]) -> list[str]:
    """Put our page into Flower, and return its whole command line. Raises `Refused` when nothing asks for a password.

    What is said by an argument or by Flower's own variables (FLOWER_PORT) goes before what is ours.
    """
    if not _is_closed(arguments):
        password = secret(FLOWER_PASSWORD_VARIABLE)
        if not password or "," in password:
            raise Refused(f"Flower starts with a password only: set {FLOWER_PASSWORD_VARIABLE}, without a comma")
        # By the environment: every user of the machine can read a command line.
        os.environ[AUTH_VARIABLE] = f"{FLOWER_USER}:{password}"
    if not any(getattr(handler, "name", None) == "guide" for handler in urls.handlers):
        urls.handlers.insert(0, url("/guide", Guide, name="guide"))
    TASK_COLUMNS.update(_HEADINGS)
    options.format_task = as_sentence
    urls.settings["template_loader"] = Templates(urls.settings["template_path"])
    said = {argument.lstrip("-").partition("=")[0].replace("-", "_") for argument in arguments}
    said |= {name.removeprefix("FLOWER_").lower() for name in os.environ if name.startswith("FLOWER_")}
    return ["flower", *(f"--{name}={value}" for name, value in _DEFAULTS.items() if name not in said), *arguments]


def _is_closed(arguments: Sequence[str]) -> bool:
    """Whether Flower was told by its own means who may come in."""
    given: tuple[Any, ...] = (os.environ.get(AUTH_VARIABLE), os.environ.get("FLOWER_AUTH"))
    return any(given) or any(argument.startswith(("--basic_auth=", "--auth=")) for argument in arguments)


if __name__ == "__main__":
    configure()
    app.start(prepare(sys.argv[1:]))
