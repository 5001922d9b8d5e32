"""Flower starts closed and read-only, and has our guide, which says what is so."""

import base64
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from seeing import program, until

from partnershop.errors import Refused
from partnershop.machine.ports import free_port, is_open
from partnershop.stages import Stage
from workers.queues import QUEUES, stage_of
from workers.words import LANGUAGES, comes_back, said, words

pytestmark = pytest.mark.xdist_group("a running Flower")
TASKS = [task for settings in QUEUES.values() for task in settings.tasks]


@dataclass(frozen=True)
class Flower:
    """A running one."""

    port: int

    def get(self, path: str, password: str | None = "sesame", method: str = "GET", **headers: str) -> tuple[int, str]:
        """Status and text of an answer."""
        if password is not None:
            headers["Authorization"] = f"Basic {base64.b64encode(f'operator:{password}'.encode()).decode()}"
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, headers=headers, method=method, data=b"" if method == "POST" else None)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status), answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def flower(database_url: str, broker_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flower]:
    """Flower as `up` starts it."""
    folder, port = tmp_path_factory.mktemp("flower"), free_port()
    log = folder / "flower.log"
    environment = {
        "DATABASE_URL": database_url, "BROKER_URL": broker_url, "PARTNERSHOP_DATA": str(folder),
        "PARTNERSHOP_FLOWER_PASSWORD": "sesame",
    }  # fmt: skip
    with program(log, environment, "-m", "workers.flower", f"--port={port}"):
        until(lambda: is_open(port), told=lambda: log.read_text("utf-8"))
        yield Flower(port)


@pytest.mark.parametrize("path", ["/", "/tasks", "/guide", "/broker", "/api/workers"])
def test_nothing_is_shown_without_the_password(flower: Flower, path: str) -> None:
    assert flower.get(path, None)[0] == 401
    assert flower.get(path, "wrong")[0] == 401


def test_it_is_read_only(flower: Flower) -> None:
    for path in ("/api/worker/shutdown/flow@vm", "/api/task/revoke/1", "/api/task/send-task/inbox.apply_events"):
        assert flower.get(path, method="POST")[0] == 403, path


def test_the_list_of_tasks_has_the_columns_that_an_operator_can_use(flower: Flower) -> None:
    status, page = flower.get("/tasks")
    headings = re.findall(r'<th data-column="\w+">([^<]+)</th>', page)
    assert status == 200
    assert headings == ["Name", "About", "State", "What was done", "What went wrong", "Received", "Runtime", "Worker"]


def test_every_page_leads_to_the_guide(flower: Flower) -> None:
    for path in ("/", "/tasks", "/broker", "/guide"):
        assert re.search(r'href="/guide">\s*Guide</a>', flower.get(path)[1]), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_names_every_task_with_its_queue_what_it_is_and_what_to_do(flower: Flower, language: str) -> None:
    from html import unescape  # noqa: PLC0415

    status, page = flower.get(f"/guide?lang={language}")
    page = unescape(page)
    assert status == 200
    for queue, settings in QUEUES.items():
        for task in settings.tasks:
            row = re.search(rf"<code>{re.escape(task)}</code>.*?</tr>", page, re.DOTALL)
            assert row, task
            assert f"<td>{queue}</td>" in row.group()
            assert comes_back(task, {}, language) in row.group()
            assert words(language).get("tasks", {}).get(task, "") in row.group()
    for heading in ("About", "State", "What was done", "What went wrong", "Runtime"):
        assert f"<strong>{heading}</strong>" in page
    for row in words(language)["red"]:
        assert row["do"] in page


def test_in_english_a_task_is_what_its_own_text_says(flower: Flower) -> None:
    own_text = "Settle a cancellation: take the items off, or back by a reversal invoice, and open the refund request."
    assert own_text in flower.get("/guide")[1]


@pytest.mark.parametrize(
    ("asked", "title"), [("it-IT,it;q=0.9", "Le attività"), ("fr,de;q=0.5", "Die Aufgaben"), ("fr", "The tasks")]
)
def test_the_guide_speaks_the_browsers_language(flower: Flower, asked: str, title: str) -> None:
    assert title in flower.get("/guide", **{"Accept-Language": asked})[1]


def test_other_machines_cannot_reach_it(flower: Flower) -> None:
    listening = {line.split()[1] for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]}
    port = f"{flower.port:04X}"
    assert [address for address in listening if address.endswith(f":{port}")] == [f"0100007F:{port}"]


# Its start


@pytest.fixture
def prepare(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    for name in ("FLOWER_BASIC_AUTH", "PARTNERSHOP_FLOWER_PASSWORD", "FLOWER_ADDRESS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    from partnershop import db  # noqa: PLC0415

    waker = db._waker
    from workers.flower import prepare  # noqa: PLC0415

    db.set_waker(waker)
    return prepare


def test_it_does_not_start_without_a_password(prepare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="set PARTNERSHOP_FLOWER_PASSWORD"):
        prepare([])
    monkeypatch.setenv("PARTNERSHOP_FLOWER_PASSWORD", "two,words")
    with pytest.raises(Refused, match="without a comma"):
        prepare([])


def test_what_is_said_goes_before_what_is_ours(prepare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNERSHOP_FLOWER_PASSWORD", "sesame")
    assert {"--address=127.0.0.1", "--read_only=True"} <= set(prepare([]))
    assert "--address=127.0.0.1" not in prepare(["--address=0.0.0.0"])
    monkeypatch.setenv("FLOWER_ADDRESS", "0.0.0.0")
    assert "--address=127.0.0.1" not in prepare([])
    assert "sesame" not in str(prepare([])), "every user can read a command line"


def test_a_flower_that_builds_its_pages_otherwise_is_noticed(prepare: Any) -> None:
    from partnershop.errors import Defect  # noqa: PLC0415
    from workers import flower as module  # noqa: PLC0415

    with pytest.raises(Defect, match="navigation"):
        module._with_link("<nav></nav>")


def test_results_are_shown_without_quotation_marks(prepare: Any) -> None:
    from types import SimpleNamespace  # noqa: PLC0415

    from workers.flower import as_sentence  # noqa: PLC0415

    results = ("'it is done'", '"it\'s done"', "cut '", None)
    shown = [as_sentence(SimpleNamespace(result=result)).result for result in results]
    assert shown == ["it is done", "it's done", "cut '", None]


# Its words


def shape(node: object) -> object:
    """Keys and lengths of a tree of texts, without the texts."""
    if isinstance(node, dict):
        return {key: shape(value) for key, value in node.items()}
    return [shape(value) for value in node] if isinstance(node, list) else type(node).__name__


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_everything(language: str) -> None:
    mine = dict(words(language))
    tasks = mine.pop("tasks", None)
    assert shape(mine) == shape({key: value for key, value in words("en").items() if key != "tasks"})
    assert set(mine["comes_back"]) == {stage_of(task) for task in TASKS}
    assert {stage.value for stage in Stage} < set(mine["comes_back"])
    if language != "en":
        assert list(tasks) == TASKS, "in the order of the table of queues"
    for stage in mine["comes_back"]:
        sentence = comes_back(f"{stage}.x", {"shop": "aurora"}, language)
        assert "{" not in sentence and "SHOP" not in sentence, sentence


def test_arguments_are_a_sentence() -> None:
    assert said({"shop": "aurora", "order": "A-1004", "case": 17}) == "shop aurora, order A-1004, case 17"
    assert said({"shop": "aurora"}) == "shop aurora" and said({}) == "all shops"
