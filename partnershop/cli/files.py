"""Reading the files that people name on the command line."""

from collections.abc import Callable
from pathlib import Path

from partnershop.cli.ending import UnknownThing

# Beyond what is taken as a logo; the rest of a larger file need not be read to refuse it.
_MOST_READ = 1_000_000


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


def picture_beside(file: Path) -> Callable[[str], bytes]:
    """Reads pictures by the names that `file` has for them, out of its own folder and those below.

    What it gives raises ValueError, saying what to change, for a name that leads elsewhere or to no file.
    """
    folder = file.parent.resolve()

    def picture(name: str) -> bytes:
        from partnershop.flows.yaml_files import shown  # noqa: PLC0415

        try:
            path = (folder / name).resolve()  # also of a symbolic link
            if not path.is_relative_to(folder):
                raise ValueError(
                    f"must lie in the folder of this file or below: copy it there and name it so ({shown(name)})"
                )
            if not path.is_file():
                raise ValueError(f"is no file: put it beside {file.name}, or correct the name ({shown(name)})")
            with path.open("rb") as content:
                return content.read(_MOST_READ)
        except OSError as problem:
            raise ValueError(f"cannot be read: {problem.strerror} ({shown(name)})") from None
        except RuntimeError:  # what `resolve` raises of symbolic links that lead in a circle
            raise ValueError(f"is a symbolic link that leads in a circle: put the file there ({shown(name)})") from None

    return picture
