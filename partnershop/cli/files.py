"""Reading the files that people name on the command line."""

from pathlib import Path

from partnershop.cli.ending import UnknownThing


def text_of(file: Path) -> str:
    """The text of a UTF-8 file. Raises `UnknownThing` (exit code 2) when it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as problem:
        raise UnknownThing(f"{file} cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError as problem:
        raise UnknownThing(f"{file} is not UTF-8 (at byte {problem.start})") from None


def yaml_text_of(file: Path) -> str:
    """The text of a file that holds a YAML document. Raises `UnknownThing`, naming the file, when it holds none."""
    from partnershop.flows.yaml_files import NotYaml, read  # noqa: PLC0415

    content = text_of(file)
    try:
        read(content)
    except NotYaml as problem:
        raise UnknownThing(f"{file} {problem}") from None
    return content
