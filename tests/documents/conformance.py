"""What an independent validator says of a PDF."""

import page

ARCHIVE, ACCESSIBLE = page.ValidationProfile.PDF_A_3B, page.ValidationProfile.PDF_UA_1


def broken(pdf: bytes) -> list[str]:
    """What a PDF breaks of PDF/A-3b and of PDF/UA-1, each rule with its message; nothing where it conforms to both."""
    reports = [page.validate_pdf_bytes(pdf, profile=profile) for profile in (ARCHIVE, ACCESSIBLE)]
    found = sorted({f"{failure.rule_id}: {failure.message}" for report in reports for failure in report.failures})
    assert bool(found) != all(report.is_compliant for report in reports)
    return found
