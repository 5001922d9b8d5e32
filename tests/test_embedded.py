"""The embedded PostgreSQL and Valkey: they start, keep what they are given, refuse company, and leave nothing."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from partnershop.embedded import remove_data, start_servers
from partnershop.errors import Refused, Transient
from partnershop.machine import places, server
from partnershop.machine.ports import is_open

_STARTER = """
import json, pathlib, sys, time
from partnershop.embedded import start_servers
servers = start_servers(pathlib.Path(sys.argv[1]), fast=True)
print(json.dumps([servers.database_url, servers.broker_url, servers.pids]), flush=True)
time.sleep(600)
"""


def _eventually(question: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def _processes_in(folder: Path) -> list[int]:
    """The processes whose working folder lies in `folder`: PostgreSQL's own children too."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").resolve(strict=True).is_relative_to(folder):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def _port(url: str) -> int:
    return urlsplit(url).port or 0


def test_both_answer_and_are_as_the_product_needs_them(reachable_folder: Path) -> None:
    with start_servers(reachable_folder, fast=True) as servers:
        with psycopg.connect(servers.database_url) as connection:
            settings = connection.execute(
                "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),"
                " current_setting('timezone'), current_setting('listen_addresses'), datlocprovider, datlocale,"
                " current_setting('unix_socket_directories') FROM pg_database WHERE datname = current_database()"
            ).fetchone()
        assert settings == (18, "UTF8", "UTC", "127.0.0.1", "b", "C.UTF-8", "")
        with redis.Redis.from_url(servers.broker_url) as client:
            assert client.info("server")["valkey_version"].startswith("9.")
            configuration = client.config_get("*")
        assert configuration["appendonly"] == "yes"
        assert configuration["maxmemory-policy"] == "noeviction"
        assert configuration["bind"] == "127.0.0.1"


def test_without_the_password_neither_lets_anybody_in(reachable_folder: Path) -> None:
    with start_servers(reachable_folder, fast=True) as servers:
        passwords = json.loads((reachable_folder / "passwords.json").read_text(encoding="ascii"))
        wrong = servers.database_url.replace(passwords["postgres"], "wrong")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
        client = redis.Redis(host="127.0.0.1", port=_port(servers.broker_url), retry=Retry(NoBackoff(), 0))
        with client, pytest.raises(redis.AuthenticationError):
            client.ping()
        assert set(passwords) == {"postgres", "valkey"}
        command_lines = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in servers.pids.values()]
        assert not any(password.encode() in line for line in command_lines for password in passwords.values())
    for name in ("passwords.json", "valkey/valkey.conf", "logs/postgres.log"):
        assert stat.S_IMODE((reachable_folder / name).stat().st_mode) == 0o600


def test_what_was_written_is_there_after_a_stop_and_nothing_is_left_running(reachable_folder: Path) -> None:
    with start_servers(reachable_folder, fast=True) as servers:
        with psycopg.connect(servers.database_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        with redis.Redis.from_url(servers.broker_url) as client:
            client.rpush("queue", "message")
        ports = [_port(servers.database_url), _port(servers.broker_url)]
        assert all(map(is_open, ports))
    assert not any(map(is_open, ports))
    assert _processes_in(reachable_folder) == []
    servers.stop()  # again: nothing happens
    with start_servers(reachable_folder, fast=True) as servers:
        with psycopg.connect(servers.database_url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
        with redis.Redis.from_url(servers.broker_url) as client:
            assert client.lrange("queue", 0, -1) == [b"message"]


def test_a_second_start_on_a_folder_in_use_is_refused_and_harms_nobody(reachable_folder: Path) -> None:
    with start_servers(reachable_folder, fast=True) as servers:
        with pytest.raises(Refused, match="is in use"):
            start_servers(reachable_folder, fast=True)
        with psycopg.connect(servers.database_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_killed_starter_takes_its_servers_along_and_the_folder_is_taken_up_again(reachable_folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _STARTER, str(reachable_folder)], stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        database_url, broker_url, _ = json.loads(starter.stdout.readline())
        with psycopg.connect(database_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
            connection.commit()
            starter.kill()  # while a session is open
    with start_servers(reachable_folder, fast=True) as servers, psycopg.connect(servers.database_url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    assert _eventually(lambda: not is_open(_port(database_url)) and not is_open(_port(broker_url)))
    assert _eventually(lambda: _processes_in(reachable_folder) == [])


def test_servers_killed_outright_are_revived_on_their_ports_with_their_data(reachable_folder: Path) -> None:
    with start_servers(reachable_folder, fast=True) as servers:
        before = (servers.database_url, servers.broker_url, servers.pids)
        with psycopg.connect(servers.database_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        assert servers.revive() == []
        for pid in servers.pids.values():
            os.kill(pid, signal.SIGKILL)
        assert _eventually(lambda: all(map(_is_gone, before[2].values())))
        assert servers.revive() == ["postgres", "valkey"]
        assert (servers.database_url, servers.broker_url) == before[:2]
        with psycopg.connect(servers.database_url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
        with redis.Redis.from_url(servers.broker_url) as client:
            assert client.ping()


def test_a_stale_pid_file_that_names_somebody_elses_process_does_not_block_the_start(reachable_folder: Path) -> None:
    with start_servers(reachable_folder, fast=True) as servers:
        cluster = servers.postgres_data
    stale = cluster / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"]) as somebody:
        stale.write_text(f"{somebody.pid}\n{cluster}\n1\n5432\n\n127.0.0.1\n 1 1\n", encoding="ascii")
        stale.chmod(0o644)
        try:
            with start_servers(reachable_folder, fast=True) as servers:
                assert not _is_gone(servers.pids["postgres"])
        finally:
            somebody.kill()


def test_a_half_made_cluster_is_made_again(reachable_folder: Path) -> None:
    unfinished = reachable_folder / "postgres.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n", encoding="ascii")
    with start_servers(reachable_folder, fast=True) as servers:
        assert not unfinished.exists()
        with psycopg.connect(servers.database_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_cluster_of_another_version_is_refused_by_name(reachable_folder: Path) -> None:
    with start_servers(reachable_folder, fast=True) as servers:
        version = servers.postgres_data / "PG_VERSION"
    version.write_text("16\n", encoding="ascii")
    with pytest.raises(Refused, match=r"PostgreSQL 16; this version needs 18"):
        start_servers(reachable_folder, fast=True)
    version.write_text("18\n", encoding="ascii")
    start_servers(reachable_folder, fast=True).stop()  # the refusal left no lock and no process


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run as somebody else")
def test_root_with_a_closed_data_folder_keeps_the_cluster_elsewhere_and_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reachable_folder: Path
) -> None:
    monkeypatch.setattr(places, "_SHARED_PLACE", reachable_folder)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    with start_servers(data, fast=True) as servers:
        home = Path((data / "postgres.location").read_text(encoding="utf-8").strip())
        assert servers.postgres_data == home / "postgres"
        assert home.parent == reachable_folder
        assert servers.postgres_data.owner() == "nobody"
    with start_servers(data, fast=True) as servers:
        assert servers.postgres_data == home / "postgres"
    remove_data(data)
    assert not data.exists()
    assert not home.exists()


def test_a_server_that_cannot_start_says_why_with_the_end_of_its_log(reachable_folder: Path) -> None:
    process = server.ServerProcess("valkey", reachable_folder / "log", [])
    lock = os.open(reachable_folder / "lock", os.O_RDWR | os.O_CREAT)
    process.start(
        ["/bin/sh", "-c", "echo the reason; exit 3"], folder=reachable_folder, ending=signal.SIGTERM, lock=lock
    )
    with pytest.raises(Transient, match=r"valkey ended at once(?s:.*)the reason"):
        process.wait_until(lambda: False, seconds=20)
    os.close(lock)


def test_a_taken_port_is_told_from_other_failures(reachable_folder: Path) -> None:
    with start_servers(reachable_folder, fast=True) as servers:
        other = reachable_folder / "other"
        with start_servers(other, fast=True) as others:
            others._valkey.server.stop()
            with pytest.raises(server.PortTaken):
                others._valkey.start(_port(servers.broker_url), others._locks[1])
            others._postgres.server.stop()
            with pytest.raises(server.PortTaken):
                others._postgres.start(_port(servers.database_url), others._locks[1])
