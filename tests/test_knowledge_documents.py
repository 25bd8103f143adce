import io
import zipfile

import pytest
from docx import Document
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

from interviewer.errors import InputError
from knowledge import documents, read_document


def pdf(*pages: str) -> bytes:
    document = FPDF()
    document.set_font("Helvetica", size=12)
    for page in pages:
        document.add_page()
        if page:
            document.multi_cell(0, 8, page)
    return bytes(document.output())


def docx() -> bytes:
    document = Document()
    document.add_heading("Warehouse lead", 1)
    document.add_paragraph("You plan the night shift – für 20 people.")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "Start"
    table.cell(0, 1).text = "March"
    document.add_paragraph("Ask Ms Okoro.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_pdf_is_read_page_by_page() -> None:
    text = read_document("Job Ad.PDF", pdf("You plan routes.", "You start in March."))
    assert text.index("You plan routes.") < text.index("You start in March.")


def test_a_docx_is_read_in_order_with_its_tables() -> None:
    text = read_document("ad.docx", docx())
    assert text.splitlines() == [
        "Warehouse lead",
        "You plan the night shift – für 20 people.",
        "Start · March",
        "Ask Ms Okoro.",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_its_encoding(encoding: str) -> None:
    text = "Wir suchen eine Köchin für unser Café in Zürich, die gerne früh aufsteht. Größere Küche."
    assert read_document("ad.txt", text.encode(encoding)) == text


def test_markdown_stays_as_it_is() -> None:
    assert read_document("ad.md", b"# Baker\r\n\r\n* early  \r\n") == "# Baker\n\n* early"


def test_control_characters_are_dropped() -> None:
    assert read_document("ad.txt", b"pay\x1b[31m\x07 rise\x0cnext") == "pay[31m rise\nnext"


def test_no_more_than_the_limit_is_kept() -> None:
    assert len(read_document("ad.txt", b"a" * (documents.TEXT_LIMIT + 5))) == documents.TEXT_LIMIT


def protected() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("Secret"))))
    writer.encrypt("password", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb(*, honest: bool) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (documents.UNPACKED_LIMIT + 1))
    data = out.getvalue()
    if not honest:
        size = (documents.UNPACKED_LIMIT + 1).to_bytes(4, "little")
        data = data.replace(size, (10).to_bytes(4, "little"))
    return data


def other_archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hello")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("ad.odt", b"x", "This kind of file"),
        ("noending", b"x", "This kind of file"),
        ("run.exe", b"MZ", "This kind of file"),
        ("ad.txt", b"", "empty"),
        ("ad.txt", b"  \n ", "holds no text"),
        ("ad.txt", b"\x00\x01\x02\x00" * 50, "not text"),
        ("ad.txt", b"a" * (documents.SIZE_LIMIT + 1), "larger than 10 MB"),
        ("ad.pdf", b"hello", "not a PDF"),
        ("ad.pdf", b"%PDF-1.7\n garbage", "damaged"),
        ("ad.pdf", pdf("Routes")[:300], "damaged"),
        ("ad.pdf", pdf(""), "probably a scan"),
        ("ad.pdf", protected(), "password"),
        ("ad.docx", b"hello", "damaged"),
        ("ad.docx", docx()[:2000], "damaged"),
        ("ad.docx", other_archive(), "damaged"),
        ("ad.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "password"),
        ("ad.docx", bomb(honest=True), "unpacks to far more"),
        ("ad.docx", bomb(honest=False), "damaged|unpacks"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_one_plain_line(name: str, data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_document(name, data)
    assert "\n" not in str(caught.value)


def test_a_damaged_pdf_is_never_a_traceback() -> None:
    whole = pdf("Routes and rotas", "more")
    for cut in range(10, len(whole), 97):
        for data in (whole[:cut], whole[:cut] + b"\xff" * 20 + whole[cut + 20 :]):
            try:
                assert read_document("ad.pdf", data)
            except InputError as error:
                assert "\n" not in str(error)
