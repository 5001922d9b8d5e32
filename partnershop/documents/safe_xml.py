"""XML of strangers, parsed so that nothing is expanded and nothing is fetched."""

from lxml import etree

from partnershop.documents.unreadable import Unreadable

LARGEST_BYTES = 10 * 2**20


def parse(content: bytes, most_bytes: int = LARGEST_BYTES, *, elements_only: bool = False) -> etree._Element:
    """The root of this XML; with `elements_only` without comments and processing instructions.

    Raises `Unreadable` where it is too large, not well-formed, or declares a document type. E-invoices have none;
    without one there are no entities, so there is nothing to expand.
    """
    if len(content) > most_bytes:
        raise Unreadable("large", most=f"{most_bytes // 10**6} MB of XML")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        remove_comments=elements_only, remove_pis=elements_only,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        if getattr(problem, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from None
        raise Unreadable("xml", problem=_place(problem)) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("doctype")
    return root


def serialised(root: etree._Element) -> bytes:
    """The same document written anew: UTF-8, without the processing instructions and comments around its root."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _place(problem: Exception) -> str:
    """Where it is wrong; what stands there is the stranger's, and is not repeated."""
    line, column = getattr(problem, "position", (None, None))
    return f"line {line}, column {column}" if line is not None else type(problem).__name__
