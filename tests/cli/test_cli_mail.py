"""`partnershop mail`: what was sent, word for word, and sending it once more."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from audit_scenario import Driver
from commanding import Result, Run
from sqlalchemy import select

import tasks.mail
from models import Mail, MailKind, MailState, Shop, ShopSettings
from partnershop.config import config
from partnershop.db import unit_of_work
from partnershop.flows import documents
from partnershop.gateways.fakes import FakePost
from partnershop.gateways.outcome import Rejected, Unknown

SHOP = ("--shop", "aurora")


@pytest.fixture
def post(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakePost]:
    """A shop with mail on: one order invoiced and shipped, its invoice refused by the server, its shipping told."""
    monkeypatch.setenv("PARTNERSHOP_DATA", str(tmp_path))
    monkeypatch.setenv("PARTNERSHOP_MAIL_GATHER_SECONDS", "0")
    config.cache_clear()
    fake = FakePost()
    monkeypatch.setattr(tasks.mail, "the_post", lambda: fake)
    driver = Driver()
    with unit_of_work() as session:
        settings = session.get_one(ShopSettings, session.get_one(Shop, driver.shop_id).settings_id)
        settings.mail = {"enabled": True, "bcc": ["books@prova.example"]}
    driver.place("A-1", [("gloss", "50.00", 1)])
    driver.work()
    driver.accept("item.shipped", order="A-1", item="1", carrier="SDA", tracking="1Z")
    driver.work()
    with unit_of_work() as session:
        for job in documents.claim(session):
            documents.store(session, job, b"%PDF", "tests")
    fake.plan(Rejected("550 no such mailbox"))
    assert tasks.mail.send_mails() == "1 mail sent: A-1 (shipped); 1 parked"
    yield fake
    config.cache_clear()


def fine(result: Result) -> str:
    assert (result.code, result.err) == (0, "")
    return result.out


def test_list_names_what_was_sent_and_what_was_not(post: FakePost, run: Run) -> None:
    out = fine(run("mail", "list", *SHOP))
    assert "chiara@customers.example" in out
    assert "550 no such mailbox" in out
    rows = json.loads(fine(run("mail", "list", *SHOP, "--json")))
    assert [(row["mail"], row["kind"], row["order"], row["state"], row["attempts"]) for row in rows] == [
        ("M-2", "shipped", "A-1", "sent", 1),
        ("M-1", "invoice", "A-1", "parked", 1),
    ]
    (number,) = rows[1]["papers"]
    assert number in out


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--state", "due"), []), (("--state", "sent"), ["M-2"]), (("--state", "parked"), ["M-1"]),
        (("--state", "off"), []), (("--state", "uncertain"), []), (("--order", "A-1"), ["M-2", "M-1"]),
        (("--order", "A-2"), []), (("--limit", "1"), ["M-2"]),
    ],
)  # fmt: skip
def test_list_looks_for_states_and_orders(post: FakePost, run: Run, options: tuple[str, str], names: list[str]) -> None:
    rows = json.loads(fine(run("mail", "list", *SHOP, *options, "--json")))
    assert [row["mail"] for row in rows] == names


def test_list_finds_those_of_which_nobody_knows(post: FakePost, run: Run) -> None:
    fine(run("mail", "resend", "M-1", *SHOP))
    post.plan(Unknown("lost"))
    tasks.mail.send_mails()
    rows = json.loads(fine(run("mail", "list", *SHOP, "--state", "uncertain", "--json")))
    assert [(row["mail"], row["state"]) for row in rows] == [("M-1", "due")]
    assert rows[0]["uncertain_since"] is not None


def test_show_prints_the_mail_as_it_went_out(post: FakePost, run: Run) -> None:
    out = fine(run("mail", "show", "M-2", *SHOP))
    for word in ("chiara@customers.example", "fatture@prova.example", "Merce spedita – ordine A-1", "Corriere: SDA"):
        assert word in out
    assert "<html" not in out
    mail = json.loads(fine(run("mail", "show", "M-2", *SHOP, "--json")))
    assert mail["bcc"] == ["books@prova.example"]
    assert "<html" in mail["html"]


@pytest.mark.parametrize("by", ["name", "number", "paper"])
def test_resend_sends_the_same_message(post: FakePost, run: Run, by: str) -> None:
    with unit_of_work() as session:
        mail = session.scalars(select(Mail).where(Mail.kind == MailKind.INVOICE)).one()
        message_id = mail.message_id
    (paper,) = json.loads(fine(run("mail", "show", "M-1", *SHOP, "--json")))["papers"]
    name = {"name": "M-1", "number": "1", "paper": paper}[by]
    assert fine(run("mail", "resend", name, *SHOP)) == f"M-1 ({paper}, invoice) is due\n"
    assert tasks.mail.send_mails() == f"1 mail sent: {paper} (invoice)"
    fine(run("mail", "resend", name, *SHOP))
    tasks.mail.send_mails()
    first, second = post.sent[-2:]
    assert first == second
    assert str(message_id).encode() in first
    assert json.loads(fine(run("mail", "show", name, *SHOP, "--json")))["times_sent"] == 2


def test_resend_sends_what_the_shop_would_have_sent_itself(post: FakePost, run: Run) -> None:
    with unit_of_work() as session:
        mail = session.scalars(select(Mail).where(Mail.kind == MailKind.INVOICE)).one()
        mail.state = MailState.OFF
    fine(run("mail", "resend", "M-1", *SHOP))
    assert "1 mail sent" in tasks.mail.send_mails()


@pytest.mark.parametrize("name", ["M-99", "99", "FT-1", "M-", "", "M-9999999999999999999", "٣"])
@pytest.mark.parametrize("command", ["show", "resend"])
def test_what_there_is_not_is_said(post: FakePost, run: Run, command: str, name: str) -> None:
    ended = run("mail", command, name, *SHOP)
    assert ended.code == 2
    assert ended.err == f"there is no mail or paper {name} in aurora; `mail list --shop aurora` has its mails\n"


def test_another_shops_mail_is_not_found(post: FakePost, run: Run) -> None:
    Driver(code="other")
    assert run("mail", "show", "M-1", "--shop", "other").code == 2


@pytest.mark.parametrize("command", [("list",), ("show", "M-1"), ("resend", "M-1")])
def test_an_unknown_shop_is_said(post: FakePost, run: Run, command: tuple[str, ...]) -> None:
    ended = run("mail", *command, "--shop", "nowhere")
    assert (ended.code, "there is no shop nowhere" in ended.err) == (2, True)


def test_show_of_an_order_lists_its_mails(post: FakePost, run: Run) -> None:
    file = json.loads(fine(run("show", "A-1", *SHOP, "--json")))
    assert [(mail["mail"], mail["state"], mail["problem"]) for mail in file["mails"]] == [
        ("M-1", "parked", "550 no such mailbox"),
        ("M-2", "sent", None),
    ]
    assert "M-1" in fine(run("show", "A-1", *SHOP))


def test_attention_and_retry_know_parked_mails(post: FakePost, run: Run) -> None:
    given_up = json.loads(fine(run("attention", *SHOP, "--json")))["given_up"]
    assert [(row["order"], row["what"], row["which"]) for row in given_up] == [("A-1", "mail", "M-1 (invoice)")]
    assert "1 mail" in fine(run("retry", *SHOP))
    assert "(invoice)" in tasks.mail.send_mails()
