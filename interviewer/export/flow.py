"""Running text on a PDF page: wrapped, with marked words told apart by more than colour."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from fpdf import FPDF

from interviewer.export.blocks import Span, Style

INK, GREY = (33, 37, 43), (110, 116, 125)
_FILLS: dict[Style, tuple[int, int, int]] = {"strength": (222, 242, 226), "pitfall": (252, 228, 222)}
_LINES: dict[Style, tuple[int, int, int]] = {"strength": (38, 120, 60), "pitfall": (190, 60, 40)}
_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_WORDS = re.compile(r"\S+|\s+")
_MISSING = "▯"
_NOTE = f"{_MISSING} stands for a character that this PDF cannot show. The Markdown export has every one."
Line = list[tuple[str, Style]]


class Flow:
    """Writes text on the pages of a document whose font `body` has a plain and a bold face.

    Args:
        page: the document.
    """

    def __init__(self, page: FPDF) -> None:
        """Look up what the font can show."""
        self.page = page
        self.replaced = False
        self.note = (Span(_NOTE, "muted"),)
        fonts = page.fonts
        self._known = set(fonts["body"].cmap) & set(fonts["bodyB"].cmap)  # type: ignore[union-attr]

    def shown(self, text: str) -> str:
        """The text with ▯ for what cannot be shown; marks that only join or style others vanish.

        Right-to-left scripts need their words in another order than this flow has: they are not shown either.
        """
        return "".join(self._one(character) for character in text.replace("\t", " "))

    def _one(self, character: str) -> str:
        if "\x20" <= character < "\x7f":
            return character
        if unicodedata.category(character) in {"Cc", "Cf"} or "\ufe00" <= character <= "\ufe0f":
            return " " if character in "\n\r\x0b\x0c\x85" else ""
        if ord(character) in self._known and unicodedata.bidirectional(character) not in {"R", "AL", "AN"}:
            return character
        self.replaced = True
        return _MISSING

    def write(
        self, spans: Iterable[Span], *, size: float, line: float, indent: float = 0, bar: bool = False
    ) -> None:
        """Write spans as one paragraph, breaking lines between words and at the text's own breaks.

        Args:
            spans: the words and their styles.
            size: of the letters, in points.
            line: from one line to the next, in millimetres.
            indent: of every line, in millimetres.
            bar: draw a bar at the left of each line, as beside a quotation.
        """
        page = self.page
        page.set_font("body", size=size)
        for one in self._lines(spans, page.epw - indent, size):
            if page.will_page_break(line):
                page.add_page()
            top = page.get_y()
            if bar:
                page.set_fill_color(196, 206, 222)
                page.rect(page.l_margin + 1.5, top, 0.9, line, style="F")
            page.set_x(page.l_margin + indent)
            for text, style in one:
                self._run(text, style, size, line)
            page.set_xy(page.l_margin, top + line)

    def _lines(self, spans: Iterable[Span], width: float, size: float) -> Iterator[Line]:
        line: Line = []
        used = 0.0
        for span in spans:
            for number, piece in enumerate(_BREAKS.split(span.text)):
                if number:
                    yield line
                    line, used = [], 0.0
                for word in _WORDS.findall(self.shown(piece)):
                    for part in self._parts(word, span.style, width, size):
                        wide = self._width(part, span.style, size)
                        if used + wide > width and line:
                            yield line
                            line, used = [], 0.0
                        if line or not part.isspace():
                            used += wide
                            if line and line[-1][1] == span.style:
                                line[-1] = (line[-1][0] + part, span.style)
                            else:
                                line.append((part, span.style))
        if line:
            yield line

    def _parts(self, word: str, style: Style, width: float, size: float) -> Iterator[str]:
        """A word, or its pieces where it is wider than the page."""
        while word and self._width(word, style, size) > width:
            fits = max(1, int(len(word) * width / self._width(word, style, size)) - 1)
            yield word[:fits]
            word = word[fits:]
        if word:
            yield word

    def _width(self, text: str, style: Style, size: float) -> float:
        self.page.set_font("body", style="B" if style == "bold" else "", size=size)
        return self.page.get_string_width(text)

    def _run(self, text: str, style: Style, size: float, line: float) -> None:
        page = self.page
        wide = self._width(text, style, size)
        left, top = page.get_x(), page.get_y()
        page.set_text_color(*(GREY if style == "muted" else INK))
        if style in _FILLS:
            page.set_fill_color(*_FILLS[style])
            page.rect(left, top + 0.3, wide, line - 0.6, style="F")
        page.text(left, top + line * 0.72, text)
        if style in _LINES:
            self._underline(left, top + line - 0.6, wide, wavy=style == "pitfall", colour=_LINES[style])
        page.set_x(left + wide)

    def _underline(
        self, left: float, top: float, wide: float, *, wavy: bool, colour: tuple[int, int, int]
    ) -> None:
        self.page.set_draw_color(*colour)
        self.page.set_line_width(0.3)
        if not wavy:
            self.page.line(left, top, left + wide, top)
            return
        steps = max(2, round(wide / 0.8))
        points = [(left + wide * i / steps, top + (0.35 if i % 2 else -0.35)) for i in range(steps + 1)]
        self.page.polyline(points)
