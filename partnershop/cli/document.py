"""`partnershop document show | render | verify`: one paper, or any invoice in a file, looked at closely."""

from pathlib import Path
from typing import Annotated

import typer

from partnershop.cli.output import NOT_FINE, document, note, say
from partnershop.cli.place import DataOption, JsonOption, connect
from partnershop.cli.reading import Language, ShopOption

group = typer.Typer(help="One paper: what it says, its PDF, whether it conforms.", no_args_is_help=True)

NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="The paper's number.")]
LanguageOption = Annotated[Language, typer.Option("--language", help="Of the sentences about broken rules.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="document")


@group.command("show")
def show(
    number: NumberArgument,
    shop: ShopOption,
    language: LanguageOption = Language.EN,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Show everything that a paper says, where its bytes are, the files in them, and how it came to be.

    Of seller and buyer it shows what is printed. chain: the value that ties the paper to the one before it in its
    series. printed: the same of its PDF, to the one that its shop printed before. refused: earlier attempts at a paper
    of this order that would not have conformed, with the rules.

    Exit codes: 0 shown; 1 its bytes are missing or not those that were stored first; 2 no such shop or paper;
    3 no connection.
    """
    connect(data)
    # SQLAlchemy is slow to load, and --help needs none.
    from partnershop.cli.document_reading import known_paper, paper_file  # noqa: PLC0415
    from partnershop.cli.document_words import print_paper  # noqa: PLC0415
    from partnershop.cli.operators import known_shop  # noqa: PLC0415
    from partnershop.cli.reading_session import snapshot  # noqa: PLC0415

    with snapshot() as session:
        found = known_shop(session, shop)
        file = paper_file(session, known_paper(session, found, number), language)
    if as_json:
        document(file)
    else:
        print_paper(file)
    if file["bytes"]["flaw"]:
        raise typer.Exit(NOT_FINE)


@group.command("render")
def render(
    number: NumberArgument,
    shop: ShopOption,
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="Where the PDF goes; replaced if there.")],
    data: DataOption = None,
) -> None:
    """Write a paper's PDF: the stored bytes or, where it is not rendered yet, bytes that are made now and not stored.

    It says which. Stored bytes are checked against their SHA-256 before anything is written.

    Exit codes: 0 written; 1 the file cannot be written, or the stored bytes are missing or not those that were stored
    first; 2 no such shop or paper; 3 no connection.
    """
    connect(data)
    from partnershop.cli.document_reading import known_paper, pdf_of  # noqa: PLC0415
    from partnershop.cli.operators import known_shop  # noqa: PLC0415
    from partnershop.cli.reading_export import replacing  # noqa: PLC0415
    from partnershop.cli.reading_session import snapshot  # noqa: PLC0415

    with snapshot() as session:
        pdf = pdf_of(session, known_paper(session, known_shop(session, shop), number))
    try:
        with replacing(output) as file:
            file.write(pdf.content)
    except OSError as problem:
        note(f"{output} cannot be written: {problem.strerror or problem}")
        raise typer.Exit(NOT_FINE) from None
    how = "the stored bytes" if pdf.stored else "not rendered yet, so it was made now and not stored"
    say(f"{number} is in {output}: {how}, SHA-256 {pdf.sha256}")


@group.command("verify")
def verify(
    names: Annotated[
        list[str], typer.Argument(metavar="NUMBER|FILE...", help="Files; or numbers of papers, with --shop.")
    ],
    shop: Annotated[
        str | None, typer.Option("--shop", help="The shop's code: then the names are numbers of its papers.")
    ] = None,
    language: LanguageOption = Language.EN,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Verify invoices: any PDF or XML file, also of somebody else, or a paper by its number.

    It says what the file is (Factur-X profile, CII, FatturaPA; what a PDF claims of PDF/A), number, date, type,
    parties, totals per rate, and every rule that is broken: XSD and the rules of EN 16931 (BR-…), checks of SdI
    (00423), and rules of this product (P-…). Warnings are said and break nothing. That a PDF is the PDF/A which it
    claims to be is not checked here. Nothing is fetched, and each file is looked at in a process of its own with little
    time and memory. A paper by its number is also compared with the figures in the database.

    Exit codes: 0 all conform; 1 a rule is broken; 2 one cannot be read, or there is no such shop, paper or file;
    3 no connection.
    """
    if shop is not None:
        connect(data)
    from partnershop.cli.document_verifying import print_verdict, verdicts, worst  # noqa: PLC0415

    looked_at = []
    for one in verdicts(names, shop):
        looked_at.append(one)
        if not as_json:
            print_verdict(one, language)
    if as_json:
        document([one.row(language) for one in looked_at])
    if code := worst(looked_at):
        raise typer.Exit(code)
