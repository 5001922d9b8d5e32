"""docker-compose.yml and Dockerfile say what the code says: a service for each queue, and no secret in the open."""

import os
import re
import shlex
import stat
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from partnershop.config import config
from partnershop.gateways.objects import LONGEST_SECONDS
from partnershop.gateways.workshop import hot_folder_of
from partnershop.paths import ROOT
from partnershop.secret import SECRETS, secret
from tasks.working import SLICE_SECONDS
from workers.queues import QUEUES

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKERS = {name: service for name, service in SERVICES.items() if name.startswith("worker-")}
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SECRETS_SCRIPT = ROOT / "scripts" / "secrets.sh"


def option(service: dict[str, Any], name: str) -> str:
    """What follows an option in the command of a service."""
    command: list[str] = service["command"]
    return command[command.index(name) + 1]


def seconds(duration: str) -> int:
    """A duration of compose in whole seconds."""
    found = re.fullmatch(r"(\d+)s", duration)
    assert found, duration
    return int(found[1])


def test_every_queue_has_exactly_one_service() -> None:
    served = Counter(queue for service in WORKERS.values() for queue in option(service, "-Q").split(","))
    assert served == Counter(str(queue) for queue in QUEUES)
    assert {name: option(service, "-Q") for name, service in WORKERS.items()} == {
        f"worker-{queue}": str(queue) for queue in QUEUES
    }


def test_no_service_stands_in_the_file_twice() -> None:
    # YAML would keep the last one in silence.
    lines = (ROOT / "docker-compose.yml").read_text(encoding="utf-8").partition("\nservices:\n")[2]
    names = re.findall(r"^  ([a-z-]+):", lines.partition("\nvolumes:\n")[0], re.MULTILINE)
    assert Counter(names) == Counter(list(SERVICES))


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_service_can_run_more_than_once(name: str) -> None:
    service = WORKERS[name]
    assert "container_name" not in service and "ports" not in service
    assert option(service, "-n") == "worker@%h", "its name must be made of the container's"
    assert seconds(service["stop_grace_period"]) >= SLICE_SECONDS + LONGEST_SECONDS


def test_only_the_door_and_flower_can_be_reached_and_only_from_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"web", "flower"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_there_is_one_beat() -> None:
    assert [name for name, service in SERVICES.items() if "beat" in service.get("command", [])] == ["beat"]


def test_images_are_pinned_to_their_major_version() -> None:
    images = [service["image"] for name, service in SERVICES.items() if name not in OURS]
    images += re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(images) == 4
    for image in images:
        assert re.search(r":\d+", image), image


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_power(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"] and not service.get("privileged")
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", SERVICES)
def test_what_runs_for_ever_is_started_again_and_watched(name: str) -> None:
    service = SERVICES[name]
    if name == "migrate":
        assert service["restart"] == "no"
        return
    assert service["restart"] == "unless-stopped"
    assert "healthcheck" in service or "profiles" in service
    assert service["logging"]["options"]["max-size"], "logs must not fill the disk"


# Secrets


def test_every_secret_of_a_service_is_a_file_that_is_mounted() -> None:
    for name, service in SERVICES.items():
        named = {
            variable: value for variable, value in service.get("environment", {}).items() if variable.endswith("_FILE")
        }
        for variable, value in named.items():
            mounted = str(value).removeprefix("/run/secrets/")
            assert mounted in service["secrets"], f"{name}: {variable} names what is not mounted"
        for mounted in service.get("secrets", []):
            assert mounted in COMPOSE["secrets"], f"{name}: {mounted} is nowhere"


def test_no_secret_stands_in_the_environment() -> None:
    for name, service in SERVICES.items():
        for variable in service.get("environment", {}):
            assert variable not in SECRETS, f"{name}: {variable} must come from a file"
            assert not re.search(r"(PASSWORD|TOKEN|SECRET|KEY)$", str(variable)), f"{name}: {variable}"


def test_every_secret_that_the_product_reads_has_its_file() -> None:
    named = {variable for service in OURS.values() for variable in service.get("environment", {})}
    assert {f"{name}_FILE" for name in SECRETS} <= named


def test_a_secret_goes_only_where_it_is_needed() -> None:
    def holders(name: str) -> set[str]:
        return {service for service, said in SERVICES.items() if name in said.get("secrets", [])}

    assert holders("postgres_password") == {"postgres"}
    assert holders("redis_password") == {"redis"}
    assert holders("flower_password") == {"flower"}
    assert holders("smtp_url") == {"worker-mail"}
    assert holders("unitedprint_password") == {"worker-unitedprint"}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder in which the script has made its files."""
    subprocess.run(["sh", str(SECRETS_SCRIPT)], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path / "secrets"


def test_the_script_makes_every_file_that_compose_names(made: Path) -> None:
    assert {file.name for file in made.iterdir()} == set(COMPOSE["secrets"])
    assert all(said == {"file": f"./secrets/{name}"} for name, said in COMPOSE["secrets"].items())


def test_the_files_are_closed_to_others_on_the_machine_and_open_to_containers(made: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in made.iterdir()} == {0o444}


def test_secrets_are_made_by_chance_and_never_again(made: Path, tmp_path: Path) -> None:
    passwords = [(made / name).read_text() for name in COMPOSE["secrets"] if name.endswith("_password")]
    given = [password.strip() for password in passwords if password.strip()]
    assert len(given) == len(set(given)) == 4
    assert all(re.fullmatch("[0-9a-f]{48}", password) for password in given)
    before = {file.name: file.read_text() for file in made.iterdir()}
    (made / "smtp_url").unlink()
    (made / "smtp_url").write_text("smtp://mail.example:25\n")
    subprocess.run(["sh", str(SECRETS_SCRIPT)], cwd=tmp_path, check=True, capture_output=True)
    assert {file.name: file.read_text() for file in made.iterdir()} == before | {"smtp_url": "smtp://mail.example:25\n"}


def test_the_addresses_hold_the_passwords_and_are_read_as_secrets(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "BROKER_URL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{name}_FILE", str(made / name.lower()))
    password = (made / "database_password").read_text().strip()
    assert secret("DATABASE_URL") == f"postgresql://partnershop:{password}@postgres:5432/partnershop"
    assert secret("BROKER_URL") == f"redis://:{(made / 'redis_password').read_text().strip()}@redis:6379/0"
    for name in ("DATABASE_URL", "BROKER_URL"):
        monkeypatch.delenv(f"{name}_FILE")
    config.cache_clear()


def test_secrets_are_neither_committed_nor_in_the_image() -> None:
    assert "secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "**" in allowed and not any("secrets" in line for line in allowed if line.startswith("!"))


# The image


def stages() -> list[str]:
    """The parts of the Dockerfile, each from its FROM on."""
    return [f"FROM {part}" for part in re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]]


def test_the_image_has_a_user_of_its_own_and_no_compiler() -> None:
    builder, image = stages()
    assert "AS builder" in builder
    assert re.search(r"^USER partnershop$", image, re.MULTILINE)
    for part in (builder, image):
        assert not re.search(r"build-essential|gcc|g\+\+|-dev\b", part)
    assert "pip" not in image, "packages are installed in the builder"


def test_the_image_holds_what_the_wheel_holds() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'wheel\]\npackages = \[(.*?)\]', project)
    assert found
    packages = set(re.findall(r'"(\w+)"', found[1]))
    copied = set(re.findall(r"^COPY (\w+) \./\w+$", stages()[0], re.MULTILINE))
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == packages
    assert allowed == packages | {"pyproject.toml", "requirements.lock", "README.md"}


def test_the_volumes_are_the_folders_that_the_product_writes_to() -> None:
    data = Path("/data")
    mounted = {name: service["volumes"] for name, service in OURS.items() if "volumes" in service}
    assert mounted == {
        "worker-dispatch": [f"hotfolder:{hot_folder_of(data, 'x').parent}"],
        "worker-refunds": ["refunds:/data/refunds"],
        "worker-mail": ["mails:/data/mails"],
    }
    owned = re.search(r"install -d -o partnershop -g partnershop (.*)", DOCKERFILE)
    assert owned and shlex.split(owned[1]) == ["/data", "/data/hotfolder", "/data/refunds", "/data/mails"]
    assert 'config().data / "refunds"' in (ROOT / "tasks" / "refunds.py").read_text(encoding="utf-8")
    assert 'config().data / "mails"' in (ROOT / "tasks" / "mail.py").read_text(encoding="utf-8")


def test_the_script_of_the_database_can_be_run() -> None:
    # The image runs one that is executable, and would read any other into its own shell.
    assert os.access(ROOT / "scripts" / "database.sh", os.X_OK)
