"""Help, exit codes, finding the running product, catalogue and shop commands."""

import json
from pathlib import Path

import psycopg
import pytest
import yaml
from commanding import Run

from partnershop.cli import app, main, place
from partnershop.contract.signature import new_secret
from partnershop.paths import SAMPLES
from partnershop.supervisor import Supervisor

# The commands of the README's table.
COMMANDS = (
    ("demo",), ("up",), ("catalogue", "load"), ("shop", "add"), ("shop", "secret"), ("emit",), ("drain",), ("books",),
    ("show",), ("explain",), ("documents", "export"), ("audit",), ("item", "cancel"), ("item", "hand-over"),
    ("complaint", "open"), ("complaint", "accept"), ("complaint", "reject"), ("event", "park", "list"),
    ("event", "quarantine", "list"), ("event", "quarantine", "retry"), ("order", "cancel"), ("doctor",),
    ("attention",), ("retry",),
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_a_help_that_says_its_exit_codes(command: tuple[str, ...], run: Run) -> None:
    result = run(*command, "--help")
    assert result.code == 0
    assert "Exit codes: 0" in " ".join(result.out.split())


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    result = run()
    assert "Exit codes" in result.out + result.err
    assert app.info.name == "partnershop"


def test_wrong_use_is_exit_code_2(run: Run, database: str) -> None:
    assert run("drain", "--without", "nonsense").code == 2
    assert run("no-such-command").code == 2
    assert run("catalogue", "load", "/no/such/file.yaml").code == 2
    result = run("shop", "secret", "nobody")
    assert result.code == 2
    assert "there is no shop nobody" in result.err


def test_an_argument_that_is_no_text_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["show", "\udcff", "--shop", "aurora"])
    assert ended.value.code == 2
    assert "not valid UTF-8" in capsys.readouterr().err


def test_nothing_running_is_exit_code_3(run: Run, no_place: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = run("drain", "--data", tmp_path)
    assert result.code == 3
    assert "nothing is up" in result.err
    assert run("drain").code == 3


def test_a_database_that_is_away_is_exit_code_3(run: Run, no_place: pytest.MonkeyPatch) -> None:
    no_place.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    result = run("shop", "secret", "aurora")
    assert result.code == 3
    assert "the database cannot do it now" in result.err


def test_a_running_product_is_found_by_its_data_folder(no_place: pytest.MonkeyPatch, tmp_path: Path) -> None:
    addresses = {"intake": "http://127.0.0.1:8", "database": "postgresql://u@127.0.0.1:1/x", "broker": "redis://:p@h"}
    with Supervisor(tmp_path) as supervisor:
        supervisor.publish(addresses)
        assert place.connect(tmp_path)["intake"] == "http://127.0.0.1:8"
        no_place.setenv("PARTNERSHOP_DATA", str(tmp_path))
        assert place.connect()["database"] == "postgresql://u@127.0.0.1:1/x"


def test_a_named_database_wins_over_a_product_on_the_default_folder_only(
    no_place: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    no_place.setenv("DATABASE_URL", "postgresql://mine@127.0.0.1:1/x")
    assert place.connect() == {"database": "postgresql://mine@127.0.0.1:1/x"}
    # In a container PARTNERSHOP_DATA is where files go, and nothing is up on it.
    no_place.setenv("PARTNERSHOP_DATA", str(tmp_path))
    assert place.connect() == {"database": "postgresql://mine@127.0.0.1:1/x"}
    with Supervisor(tmp_path) as supervisor:
        supervisor.publish({"database": "postgresql://up@127.0.0.1:1/x", "broker": "redis://h"})
        assert place.connect()["database"] == "postgresql://up@127.0.0.1:1/x"


def test_loading_the_same_again_says_so(run: Run, shops: list[str]) -> None:
    assert "unchanged" in run("catalogue", "load", SAMPLES / "catalogue.yaml").out
    assert "nothing was changed" in run("shop", "add", SAMPLES / "shops" / "aurora.yaml").out


def test_a_refused_shop_is_exit_code_1_and_changes_nothing(run: Run, shops: list[str], tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    content = (SAMPLES / "shops" / "aurora.yaml").read_text(encoding="utf-8")
    file.write_text(content.replace("data-check: [basic, professional]", "data-check: []"), encoding="utf-8")
    result = run("shop", "add", file)
    assert result.code == 1
    assert "flyer.data-check" in result.err
    assert "nothing was changed" in run("shop", "add", SAMPLES / "shops" / "aurora.yaml").out


@pytest.mark.parametrize("command", [("catalogue", "load"), ("shop", "add")], ids=" ".join)
@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"# nothing\n", "is empty"), (b"a: [", "is not YAML that can be read"), (b"\xff", "UTF-8")],
)
def test_a_file_that_cannot_be_read_is_exit_code_2_and_named_before_a_database_is_asked(
    run: Run, no_place: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...], content: bytes, said: str
) -> None:
    file = tmp_path / "a file.yaml"
    file.write_bytes(content)
    result = run(*command, file)
    assert result.code == 2
    assert result.err.startswith(str(file))
    assert said in result.err


def test_members_that_are_missing_are_said_to_be_missing(run: Run, shops: list[str], tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text("shop: x\ncurrency: EUR\nseller:\n", encoding="utf-8")
    result = run("shop", "add", file)
    assert result.code == 1
    for member in ("seller", "series", "commission", "place_of_production", "language"):
        assert f"  {member}: is missing: add it" in result.err
    assert "null" not in result.err


def test_a_catalogue_that_makes_settings_incomplete_says_whose(run: Run, shops: list[str], tmp_path: Path) -> None:
    file = tmp_path / "catalogue.yaml"
    content = yaml.safe_load((SAMPLES / "catalogue.yaml").read_text(encoding="utf-8"))
    words = dict.fromkeys(("it", "de", "en"), "Corners")
    content["version"] = "with corners"
    content["products"]["flyer"]["attributes"]["corners"] = {"names": words, "options": {"square": words}}
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    told = json.loads(run("catalogue", "load", file, "--json").out)
    assert told["changed"] is True
    aurora = {"shop": "aurora", "product": "flyer", "attributes": ["corners"], "items": "hold"}
    assert aurora in told["incomplete"]
    again = run("catalogue", "load", file).out
    assert "shop aurora: corners of flyer has no ticked option now; its items are held until one is ticked" in again
    assert "unchanged" in again
    refused = run("shop", "add", SAMPLES / "shops" / "aurora.yaml")
    assert refused.code == 1
    assert "flyer.corners" in refused.err
    assert run("catalogue", "load", SAMPLES / "catalogue.yaml", "--json").code == 0
    saved = json.loads(run("shop", "add", SAMPLES / "shops" / "aurora.yaml", "--json").out)
    assert (saved["shop"], saved["changed"], saved["incomplete"]) == ("aurora", False, [])


def test_a_secret_is_rotated(run: Run, shops: list[str], database: str) -> None:
    (first,) = json.loads(run("shop", "secret", "aurora", "--json").out)
    fresh = new_secret()
    both = json.loads(run("shop", "secret", "aurora", "--set", fresh, "--json").out)
    assert [entry["secret"] for entry in both] == [fresh, first["secret"]]
    assert both[0]["expires_at"] is None
    with psycopg.connect(database) as connection:
        hours = connection.execute(
            "SELECT extract(epoch FROM expires_at - now()) / 3600 FROM webhook_secret WHERE secret = %s",
            (first["secret"],),
        ).fetchone()
        assert hours is not None
        assert 23.9 < hours[0] <= 24
        connection.execute("UPDATE webhook_secret SET expires_at = now() WHERE secret = %s", (first["secret"],))
    (left,) = json.loads(run("shop", "secret", "aurora", "--json").out)
    assert left["secret"] == fresh
    # The same once more is no new secret.
    assert len(json.loads(run("shop", "secret", "aurora", "--set", fresh, "--json").out)) == 1
    for bad in ("secret", "whsec_%%%", "whsec_YWJj"):
        assert run("shop", "secret", "aurora", "--set", bad).code == 1
