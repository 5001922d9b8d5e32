"""The house as it is drawn: who may import whom, no floats, one clock, one commit, a queue for each stage."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import models
import tasks
import workers
from partnershop.paths import ROOT
from partnershop.stages import Stage

PROGRAMS = Path(sys.executable).parent
PACKAGES = ("migrations", "models", "partnershop", "tasks", "workers")


def sources(*folders: str) -> list[Path]:
    """Our Python files below these folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def trees(*folders: str) -> Iterator[tuple[str, ast.AST]]:
    """The syntax trees of these files, each node with the place to name."""
    for path in sources(*folders):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", node


def run(*command: str) -> None:
    """Run a checker over the project; its words are the failure's."""
    program = shutil.which(command[0], path=str(PROGRAMS))
    assert program, f"{command[0]} is not installed beside {sys.executable}"
    done = subprocess.run([program, *command[1:]], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def test_ruff_has_nothing_to_say() -> None:
    run("ruff", "check", ".")


def test_mypy_strict_has_nothing_to_say() -> None:
    run("mypy")


def test_left_imports_right_and_never_back() -> None:
    run("lint-imports", "--no-cache")


def test_the_imported_packages_are_ours() -> None:
    for package in (models, tasks, workers):
        assert package.__file__ is not None
        assert Path(package.__file__).parent == ROOT / package.__name__


def test_rules_import_only_the_standard_library_and_rules() -> None:
    for place, node in trees("partnershop/rules"):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, place
            names = [node.module or ""]
        for name in names:
            ours = name == "partnershop.rules" or name.startswith("partnershop.rules.") or name == "partnershop"
            assert ours or name.partition(".")[0] in sys.stdlib_module_names, f"{place} imports {name}"
        if isinstance(node, ast.ImportFrom) and node.module == "partnershop":
            assert {alias.name for alias in node.names} == {"rules"}, place


def test_rules_know_no_clock_and_no_environment() -> None:
    for place, node in trees("partnershop/rules"):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            assert not names & {"os", "sys", "time", "random", "datetime", "socket", "pathlib"} or names <= {
                "datetime", "date",
            }, place  # fmt: skip
        assert not (isinstance(node, ast.Attribute) and node.attr in {"today", "now"}), place


def test_there_is_no_float_in_money() -> None:
    for place, node in trees("partnershop/rules", "partnershop/flows", "models"):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"{place} is a float"
        assert not (isinstance(node, ast.Name) and node.id == "float"), f"{place} speaks of floats"
        assert not (isinstance(node, ast.Name | ast.Attribute) and _name(node) in {"Float", "REAL", "Double"}), place


def _name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def test_only_db_commits() -> None:
    allowed = {"partnershop/db.py", "migrations/env.py"}
    for place, node in trees(*PACKAGES):
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if called and node.func.attr in {"commit", "rollback", "begin", "begin_nested"}:  # type: ignore[attr-defined]
            assert place.partition(":")[0] in allowed, place


def test_only_the_clock_asks_what_time_it_is() -> None:
    naive = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time)\(")
    for path in sources(*PACKAGES):
        name = path.relative_to(ROOT).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if name != "partnershop/clock.py" and not name.startswith("partnershop/machine/"):
                assert not naive.search(line), f"{name}:{number} must ask partnershop.clock: {line.strip()}"


def test_every_source_file_is_short_and_says_what_it_is_for() -> None:
    for path in sources(*PACKAGES):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT).as_posix()
        if "versions/0001" not in name:
            assert len(text.splitlines()) <= 300, f"{name} is too long to read at once"
        if text.strip():
            assert ast.get_docstring(ast.parse(text)), f"{name} does not say what it is for"


def test_the_models_are_the_migrated_schema(database_url: str) -> None:
    _, _, rest = database_url.partition("://")
    engine = create_engine(f"postgresql+psycopg://{rest}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, models.Base.metadata) == []
    engine.dispose()


# Celery


@pytest.fixture
def celery(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """The Celery application with all its tasks; nothing connects."""
    from partnershop import db  # noqa: PLC0415  the application reads the environment when it is imported
    from partnershop.config import config  # noqa: PLC0415

    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    known = config.cache_info().currsize
    waker = db._waker
    from workers.app import app  # noqa: PLC0415

    app.loader.import_default_modules()
    yield app
    db.set_waker(waker)
    if not known:
        config.cache_clear()


def own_tasks(app: object) -> dict[str, object]:
    """The tasks that are not Celery's own."""
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}  # type: ignore[attr-defined]


def test_every_task_is_named_stage_verb_and_lies_in_the_file_of_its_stage(celery: object) -> None:
    found = own_tasks(celery)
    assert found
    for name, task in found.items():
        stage, dot, verb = name.partition(".")
        assert dot and re.fullmatch(r"[a-z_]+", verb), name
        assert type(task).__module__ == f"tasks.{stage}" or task.__module__ == f"tasks.{stage}", name


def test_every_task_has_a_queue_and_every_queued_task_exists(celery: object) -> None:
    from workers.queues import QUEUES, queue_of  # noqa: PLC0415

    named = {task for settings in QUEUES.values() for task in settings.tasks}
    assert named == set(own_tasks(celery))
    for queue, settings in QUEUES.items():
        assert {queue_of(task) for task in settings.tasks} == {queue}
        assert 0 < settings.soft_time_limit < settings.time_limit


def test_every_stage_has_a_queue() -> None:
    from workers.queues import QUEUES, SWEEPER, UNITEDPRINT  # noqa: PLC0415

    assert set(QUEUES) == {stage.value for stage in Stage} | {SWEEPER, UNITEDPRINT}


def test_the_sweeper_looks_for_work_of_every_stage() -> None:
    looked_for = {
        node.attr
        for node in ast.walk(ast.parse((ROOT / "partnershop/flows/sweeping.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Stage"
    }
    assert looked_for == {stage.name for stage in Stage}


def test_beat_sends_only_tasks_that_exist_to_queues_that_exist(celery: object) -> None:
    from workers.queues import QUEUES, queue_of  # noqa: PLC0415
    from workers.schedule import SCHEDULE  # noqa: PLC0415

    assert SCHEDULE
    for entry in SCHEDULE.values():
        assert entry["task"] in own_tasks(celery)
        assert queue_of(entry["task"]) in QUEUES
