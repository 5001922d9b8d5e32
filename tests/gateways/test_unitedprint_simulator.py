"""The simulated Unitedprint by itself, called with plain HTTP as its contract says."""

import contextlib
import copy
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from counterparts import CLIENT, SimulatorProcess

Order = dict[str, Any]
Start = Callable[[int], SimulatorProcess]


def order(order_name: str) -> Order:
    """A createOrder body written by hand from the contract, not by the adapter."""
    return {
        "environment": "test",
        "portalName": "Aurora",
        "countryCode": "IT",
        "languageCode": "it",
        "partyGroupName": "shops",
        "validate": 0,
        "accountInformation": {"customerNumber": "12345", "password": "hush"},
        "orderPositions": [
            {
                "orderInformation": {
                    "customerProductId": "P-1",
                    "orderQuantity": 250,
                    "shippingType": "standard",
                    "orderName": order_name,
                }
            }
        ],
        "dataSourceHost": "files.example",
        "dataSourceUser": "user",
        "dataSourcePassword": "hush",
        "dataSourcePort": 22,
        "dataTransmission": "sftp",
        "messageLevel": 1,
    }


def post(simulator: SimulatorProcess, body: object) -> Any:
    answer = CLIENT.post(f"{simulator.url}/createOrder", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def name() -> str:
    return f"order {uuid4()}"


def test_it_is_healthy(simulator: SimulatorProcess) -> None:
    assert CLIENT.get(f"{simulator.url}/health").status_code == 200


def test_the_same_name_twice_is_two_orders(simulator: SimulatorProcess, name: str) -> None:
    numbers = [post(simulator, order(name))["orderNumber"] for _ in range(2)]
    assert [placed["order_number"] for placed in simulator.orders(name)] == numbers
    assert len(set(numbers)) == 2


def test_validate_only_checks(simulator: SimulatorProcess, name: str) -> None:
    answer = post(simulator, {**order(name), "validate": 1})
    assert set(answer) == {"response", "deliveryDate", "net", "gross", "currency"}
    assert (answer["response"], answer["net"], answer["gross"], answer["currency"]) == (1, "2.50", "3.05", "EUR")
    assert simulator.orders(name) == []


PATHS = {
    ("environment",): "10",
    ("portalName",): "11",
    ("countryCode",): "12",
    ("languageCode",): "13",
    ("partyGroupName",): "14",
    ("validate",): "15",
    ("dataTransmission",): "16",
    ("messageLevel",): "17",
    ("accountInformation",): "20",
    ("accountInformation", "customerNumber"): "21",
    ("accountInformation", "password"): "22",
    ("orderPositions",): "30",
    ("orderPositions", 0, "orderInformation"): "31",
    ("orderPositions", 0, "orderInformation", "customerProductId"): "32",
    ("orderPositions", 0, "orderInformation", "orderQuantity"): "33",
    ("orderPositions", 0, "orderInformation", "shippingType"): "34",
    ("orderPositions", 0, "orderInformation", "orderName"): "35",
    ("dataSourceHost",): "40",
    ("dataSourceUser",): "41",
    ("dataSourcePassword",): "42",
    ("dataSourcePort",): "43",
}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(str(step) for step in path))
def test_every_required_field_is_demanded(simulator: SimulatorProcess, name: str, path: tuple[Any, ...]) -> None:
    expected = PATHS[path].rjust(5, "0")

    def with_field(value: object, *, absent: bool = False) -> Order:
        changed = copy.deepcopy(order(name))
        parent: Any = changed
        for step in path[:-1]:
            parent = parent[step]
        if absent:
            del parent[path[-1]]
        else:
            parent[path[-1]] = value
        return changed

    assert post(simulator, with_field(None, absent=True)) == {"response": 0, "codes": ["2" + expected]}
    assert post(simulator, with_field("  ")) == {"response": 0, "codes": ["2" + expected]}
    assert post(simulator, with_field(True)) == {"response": 0, "codes": ["3" + expected]}
    assert simulator.orders(name) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("countryCode", "Italy"),
        ("languageCode", "IT"),
        ("validate", 2),
        ("dataSourcePort", 65536),
        ("orderPositions", []),
    ],
)
def test_values_out_of_range_are_invalid(simulator: SimulatorProcess, name: str, field: str, value: object) -> None:
    answer = post(simulator, {**order(name), field: value})
    assert answer["response"] == 0
    assert [code[0] for code in answer["codes"]] == ["3"]


def test_all_faults_are_named_at_once(simulator: SimulatorProcess) -> None:
    assert post(simulator, [])["codes"] == ["300001"]
    assert len(post(simulator, {})["codes"]) == 14
    assert post(simulator, {**order("x"), "orderPositions": [1, {}]})["codes"] == ["300030", "200031"]


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"\xff", 400), (b"[" * 100_000, 400), (b" " * 2_000_000, 413)]
)
def test_what_is_no_json_or_too_much_is_refused(simulator: SimulatorProcess, body: bytes, status: int) -> None:
    answer = CLIENT.post(f"{simulator.url}/createOrder", content=body)
    assert answer.status_code == status
    assert answer.json() == {"response": 0, "codes": ["300001"]}


def test_what_the_store_cannot_hold_is_refused(simulator: SimulatorProcess, name: str) -> None:
    huge = order(name)
    huge["orderPositions"][0]["orderInformation"]["orderQuantity"] = 10**30
    assert post(simulator, huge)["response"] == 0
    surrogate = json.dumps(order("\ud800")).encode("ascii")
    assert CLIENT.post(f"{simulator.url}/createOrder", content=surrogate).json()["response"] == 0
    assert post(simulator, order(name))["response"] == 1


def test_it_remembers_across_a_kill_and_a_stop(start_simulator: Start, tmp_path: Path, name: str) -> None:
    first = start_simulator(0)
    numbers = [post(first, order(name))["orderNumber"]]
    first.kill()
    second = start_simulator(first.port)
    numbers.append(post(second, order(name))["orderNumber"])
    assert second.stop() == 0
    third = start_simulator(0)
    assert [placed["order_number"] for placed in third.orders(name)] == numbers
    third.stop()
    assert b"hush" not in (tmp_path / "unitedprint" / "unitedprint-simulator.sqlite3").read_bytes()


def test_requests_that_sit_out_a_delay_do_not_keep_it_from_stopping(start_simulator: Start, name: str) -> None:
    simulator = start_simulator(0)
    simulator.control(mode="accept_then_time_out", delay_seconds=600)

    def wait() -> None:
        with contextlib.suppress(httpx2.TransportError):
            assert CLIENT.post(f"{simulator.url}/createOrder", json=order(name)).status_code == 500

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not simulator.orders(name):
        pass
    simulator.stop()
    waiting.join(timeout=20)
    assert not waiting.is_alive()


def test_a_second_one_on_the_same_port_says_so(simulator: SimulatorProcess, start_simulator: Start) -> None:
    with pytest.raises(RuntimeError, match="ended with 1"):
        start_simulator(simulator.port)


def responses(simulator: SimulatorProcess, many: int) -> list[int]:
    return [post(simulator, order("x"))["response"] for _ in range(many)]


def test_a_count_ends_by_itself(simulator: SimulatorProcess) -> None:
    assert simulator.control(mode="refuse", count=2)["count"] == 2
    assert responses(simulator, 4) == [0, 0, 1, 1]
    state = CLIENT.get(f"{simulator.url}/control").json()
    assert (state["mode"], state["count"]) == ("normal", None)


def test_a_share_strikes_the_same_requests_with_the_same_seed(simulator: SimulatorProcess) -> None:
    runs = []
    for seed in (1, 1, 2):
        simulator.control(mode="refuse", share=4, seed=seed)
        runs.append(responses(simulator, 60))
    assert runs[0] == runs[1] != runs[2]
    assert 5 <= runs[0].count(0) <= 27


@pytest.mark.parametrize(
    "members",
    [
        {"mode": "angry"},
        {"mode": ["slow"]},
        {"delay_seconds": -1},
        {"delay_seconds": True},
        {"count": 0},
        {"share": 1.5},
        {"status": 200},
        {"speed": 1},
        [],
    ],
)
def test_a_control_that_makes_no_sense_is_refused_and_changes_nothing(
    simulator: SimulatorProcess, members: object
) -> None:
    answer = CLIENT.post(f"{simulator.url}/control", json=members)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert CLIENT.get(f"{simulator.url}/control").json()["mode"] == "normal"


def test_it_may_accept_an_order_and_forget_it(simulator: SimulatorProcess, name: str) -> None:
    simulator.control(mode="accept_and_forget", count=1)
    forgotten = post(simulator, order(name))
    kept = post(simulator, order(f"{name} again"))
    assert forgotten["response"] == kept["response"] == 1
    assert forgotten["orderNumber"] != kept["orderNumber"]
    assert simulator.orders(name) == []
    assert [placed["order_number"] for placed in simulator.orders(f"{name} again")] == [kept["orderNumber"]]
    names = CLIENT.get(f"{simulator.url}/forgotten").json()["order_names"]
    assert name in names
    assert f"{name} again" not in names


def test_what_it_forgot_is_remembered_across_a_restart(start_simulator: Start, name: str) -> None:
    first = start_simulator(0)
    first.control(mode="accept_and_forget")
    post(first, order(name))
    port = first.port
    first.kill()
    assert CLIENT.get(f"{start_simulator(port).url}/forgotten").json() == {"order_names": [name]}


def test_what_is_only_checked_cannot_be_forgotten(start_simulator: Start, name: str) -> None:
    service = start_simulator(0)
    service.control(mode="accept_and_forget")
    post(service, {**order(name), "validate": 1})
    assert CLIENT.get(f"{service.url}/forgotten").json() == {"order_names": []}
