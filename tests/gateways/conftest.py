"""Fixtures of the gateway tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from counterparts import SimulatorProcess


@pytest.fixture(scope="session")
def running_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    """One simulator for all tests that give their tickets keys of their own."""
    simulator = SimulatorProcess(tmp_path_factory.mktemp("unitedprint"))
    yield simulator
    simulator.stop()


@pytest.fixture
def simulator(running_simulator: SimulatorProcess) -> Iterator[SimulatorProcess]:
    """The running simulator, behaving normally before and after."""
    running_simulator.control(mode="normal")
    yield running_simulator
    running_simulator.control(mode="normal")


@pytest.fixture
def start_simulator(tmp_path: Path) -> Iterator[Callable[[int], SimulatorProcess]]:
    """Starts simulators on a port (0: a free one) that share one memory; they end with the test, however it ends."""
    started: list[SimulatorProcess] = []

    def start(port: int = 0) -> SimulatorProcess:
        started.append(SimulatorProcess(tmp_path / "unitedprint", port))
        return started[-1]

    yield start
    for simulator in started:
        simulator.kill()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as people name them, not made yet."""
    return tmp_path / "Druckerei Müller & Söhne" / "hotfolder"
