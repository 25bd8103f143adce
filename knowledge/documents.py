"""Reads what a person uploads (PDF, DOCX, TXT, Markdown) as plain text. Nothing in it is ever executed."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from pathlib import PurePath

from interviewer.errors import InputError

SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes of an upload."""
UNPACKED_LIMIT = 60 * 1024 * 1024
"""Bytes that a DOCX file may unpack to: a small archive can hold gigabytes."""
ENTRY_LIMIT = 3000
PAGE_LIMIT = 200
TEXT_LIMIT = 200_000
"""Characters that are kept, more than any job description or résumé has."""
KINDS = ("pdf", "docx", "txt", "md")


def read_document(name: str, data: bytes) -> str:
    """The text of an uploaded document.

    Args:
        name: its file name; only the ending is looked at.
        data: its bytes.

    Returns:
        Plain text without control characters, at most `TEXT_LIMIT` characters.

    Raises:
        InputError: the document is empty, too large, protected, scanned, damaged or of another kind.
    """
    kind = PurePath(name).suffix.lower().lstrip(".")
    if kind == "markdown":
        kind = "md"
    if kind not in KINDS:
        raise InputError(
            "This kind of file cannot be read. Upload a PDF, DOCX, TXT or MD file, or paste the text."
        )
    if not data:
        raise InputError("The file is empty. Choose another one, or paste the text.")
    if len(data) > SIZE_LIMIT:
        raise InputError(f"The file is larger than {SIZE_LIMIT // 2**20} MB. Paste the part that matters.")
    if kind == "pdf":
        text = _pdf(data)
    elif kind == "docx":
        text = _docx(data)
    else:
        text = _plain(data)
    text = _tidy(text)
    if not text:
        if kind == "pdf":
            raise InputError("The PDF holds no text, it is probably a scan. Paste the text instead.")
        raise InputError("The file holds no text. Choose another one, or paste the text.")
    return text[:TEXT_LIMIT]


def _tidy(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    text = "".join(char for char in text if char in "\n\t" or char.isprintable() or char == "\u00ad")
    text = text.replace("\u00ad", "").replace("\u00a0", " ")
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _pdf(data: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if b"%PDF-" not in data[:1024]:
        raise InputError("The file is not a PDF, whatever its name says. Paste the text instead.")
    # It logs each oddity of a file; the file is the person's own business.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    parts: list[str] = []
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError("The PDF is protected by a password. Save it without one, or paste the text.")
        for page in reader.pages[:PAGE_LIMIT]:
            parts.append(page.extract_text() or "")
            if sum(map(len, parts)) > TEXT_LIMIT:
                break
    except InputError:
        raise
    except (PyPdfError, ImportError, NotImplementedError) as error:
        raise _unreadable("PDF") from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OSError, RecursionError) as error:
        # A damaged PDF can fail at any place of the parser.
        raise _unreadable("PDF") from error
    return "\n\n".join(parts)


def _docx(data: bytes) -> str:
    from docx import Document
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError  # type: ignore[import-untyped]

    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError("The file is protected, or an old DOC file. Save it as DOCX without a password.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive)
        document = Document(io.BytesIO(data))
        parts = [block for item in document.iter_inner_content() for block in _block(item)]
    except InputError:
        raise
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OpcError, LxmlError, NotImplementedError) as error:
        raise _unreadable("DOCX") from error
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        EOFError,
        OSError,
        RuntimeError,
    ) as error:
        # A damaged archive can fail at any place of the two parsers.
        raise _unreadable("DOCX") from error
    return "\n".join(parts)


def _check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that would unpack to far more than a document has.

    The sizes in its directory can lie, so the entries are unpacked piece by piece and counted.
    """
    entries = archive.infolist()
    too_big = InputError("The DOCX unpacks to far more than a document holds. Paste the text instead.")
    if len(entries) > ENTRY_LIMIT or sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
        raise too_big
    total = 0
    for entry in entries:
        with archive.open(entry) as stream:
            while piece := stream.read(1 << 16):
                total += len(piece)
                if total > UNPACKED_LIMIT:
                    raise too_big


def _block(item: object) -> list[str]:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    if isinstance(item, Paragraph):
        return [item.text]
    if isinstance(item, Table):
        rows: list[str] = []
        for row in item.rows:
            # A merged cell is listed once for each column that it spans.
            cells = dict.fromkeys(cell.text.strip() for cell in row.cells)
            rows.append(" · ".join(cell for cell in cells if cell))
        return rows
    return []


def _plain(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    if b"\x00" in data[:4096]:
        raise InputError("The file is not text, whatever its name says. Paste the text instead.")
    from charset_normalizer import from_bytes

    best = from_bytes(data[: 4 * TEXT_LIMIT]).best()
    if best is None:
        raise InputError("The file's encoding cannot be told. Save it as UTF-8, or paste the text.")
    return str(best)


def _unreadable(kind: str) -> InputError:
    return InputError(f"The {kind} is damaged and cannot be read. Save it anew, or paste the text.")
