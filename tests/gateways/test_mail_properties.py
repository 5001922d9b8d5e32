"""Header injection, for any text at all: the headers are ours, and each text stays in its own."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from mails import HEADERS, MAIL, addresses, parsed, shown

from partnershop.gateways.mail import Attachment
from partnershop.gateways.mail_headers import cleaned
from partnershop.gateways.mail_message import build, built
from partnershop.gateways.outcome import Rejected

PIECES = [
    "\r\n", "\n", "\r", "\0", "\t", "\r\n ", "\r\n\r\n", "\u2028", "\x85", "Bcc: eve@evil.example", "--=_",
    "=?utf-8?q?", "=0D=0A", "?=", "=?", '"', "\\", "<", ">", ",", ";", ":", "@", "(", ")",
    "\u202e", "\ud800", "è", "x" * 80, " " * 80,
]  # fmt: skip
TEXT = st.one_of(
    st.text(st.characters(codec=None)),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=12).map("".join),
)


@given(subject=TEXT, name=TEXT, text=TEXT, filename=TEXT)
def test_whatever_a_text_holds_the_headers_are_ours_and_the_text_is_its_own(
    subject: str, name: str, text: str, filename: str
) -> None:
    message = replace(
        MAIL, subject=subject, sender_name=name, text=text, html=text, attachments=(Attachment(filename, b"paper"),)
    )
    data = build(message)
    mail = parsed(data)
    assert mail.keys() == HEADERS
    assert shown(mail["Subject"]) == cleaned(subject)
    said, _, address = mail["From"].rpartition("<")
    assert shown(said.removesuffix(" ")) == cleaned(name)
    assert address == "info@aurora.example>"
    assert addresses(mail["From"]) == ["info@aurora.example"]
    assert [*mail.walk()][-1].get_payload(decode=True) == b"paper"
    assert len([*mail.walk()]) == 5
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert data.isascii()


@given(address=st.one_of(TEXT, TEXT.map(lambda text: f"{text}@customers.example")))
def test_whatever_an_address_holds_it_is_refused_or_stands_alone(address: str) -> None:
    for message in (
        replace(MAIL, recipients=("anna@customers.example", address)),
        replace(MAIL, sender=address),
        replace(MAIL, reply_to=address or None),
    ):
        data = built(message)
        if isinstance(data, Rejected):
            assert data.reason.isprintable()
            continue
        mail = parsed(data)
        assert mail.keys() == [name for name in HEADERS if message.reply_to or name != "Reply-To"]
        assert data.count(b"@", 0, data.index(b"Subject:")) == 3 + (message.recipients != MAIL.recipients) - (
            message.reply_to is None
        )


@given(TEXT)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = cleaned(text)
    assert cleaned(once) == once
    assert len(once.splitlines()) <= 1
