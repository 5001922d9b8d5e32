"""Mails as files: whole or not there, and the same mail is the same file."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from mails import MAIL, in_one_line

from partnershop.gateways.mail_folder import MailFolder
from partnershop.gateways.mail_message import build
from partnershop.gateways.outcome import Done, Unavailable

NAME = "0b7c9d1e-5a5e-4a39-8f4e-0c5b7d3b2a10@aurora.example.eml"


def test_a_mail_is_a_file_named_by_its_message_id(folder: Path) -> None:
    assert MailFolder(folder).send(MAIL) == Done(NAME)
    assert [path.name for path in folder.iterdir()] == [NAME]
    assert (folder / NAME).read_bytes() == build(MAIL)


def test_sending_again_is_the_same_file_also_when_it_was_taken_away(folder: Path) -> None:
    post = MailFolder(folder)
    assert post.send(MAIL) == post.send(MAIL) == Done(NAME)
    assert [path.name for path in folder.iterdir()] == [NAME]
    (folder / NAME).unlink()
    assert post.send(MAIL) == Done(NAME)
    assert (folder / NAME).read_bytes() == build(MAIL)


def test_a_domain_of_any_length_fits_a_file_name(folder: Path) -> None:
    message = replace(MAIL, message_id=f"<0b7c@{'a.' * 122}example>")
    assert isinstance(MailFolder(folder).send(message), Done)
    assert [path.name for path in folder.iterdir()] == [f"0b7c@{'a.' * 122}"[:200] + ".eml"]


def test_a_disk_that_fails_in_the_middle_leaves_the_old_file_and_nothing_else(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = MailFolder(folder)
    post.send(MAIL)

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    outcome = post.send(replace(MAIL, subject="Another"))
    assert isinstance(outcome, Unavailable) and "No space left" in outcome.reason
    in_one_line(outcome.reason, ["chiara"])
    assert [path.name for path in folder.iterdir()] == [NAME]
    assert (folder / NAME).read_bytes() == build(MAIL)


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    outcome = MailFolder(tmp_path / "a file" / "mails").send(MAIL)
    assert isinstance(outcome, Unavailable)
