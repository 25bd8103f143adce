"""An interview as a PDF on A4, with a font of its own so that it looks the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fpdf import FPDF

from interviewer.export.blocks import Block, Heading, Paragraph, Table
from interviewer.export.flow import GREY, INK, Flow
from interviewer.export.outline import Cards, Outline
from interviewer.schema import Interview
from knowledge import Rubric

_FONTS = Path(__file__).parent / "fonts"
_SIZES = {1: 20.0, 2: 14.0, 3: 11.0}
_LINE = 5.2  # millimetres from line to line of running text
_ACCENT = (52, 86, 139)


class _Page(FPDF):
    """An A4 page with its number at the foot."""

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font("body", size=8)
        self.set_text_color(*GREY)
        self.cell(0, 6, f"{self.page_no()} / {{nb}}", align="C")


def to_pdf(interview: Interview, rubric: Rubric, cards: Cards) -> bytes:
    """The interview as a PDF: debrief, picture, transcript with marked quotes, critique of each reply.

    A character that the font cannot show becomes ▯, and the last line says so.

    Args:
        interview: what to write out; an unfinished realistic one without its critiques.
        rubric: gives the names of criteria and pitfalls.
        cards: gives the titles of guidance cards.
    """
    page = _Page(format="A4")
    page.add_font("body", fname=_FONTS / "DejaVuSans.ttf")
    page.add_font("body", style="B", fname=_FONTS / "DejaVuSans-Bold.ttf")
    page.set_margins(20, 18, 20)
    page.set_auto_page_break(True, margin=20)
    page.c_margin = 0  # headings, text and rules begin at one edge
    page.set_title("Mock interview")
    page.set_creation_date(interview.updated)
    page.add_page()
    flow = Flow(page)
    for block in Outline(interview, rubric, cards).blocks():
        _draw(flow, block)
    if flow.replaced:
        _draw(flow, Paragraph(flow.note))
    return bytes(page.output())


def _draw(flow: Flow, block: Block) -> None:
    if isinstance(block, Heading):
        _heading(flow, block)
    elif isinstance(block, Table):
        _table(flow, block)
    else:
        _paragraph(flow, block)


def _heading(flow: Flow, block: Heading) -> None:
    page, size = flow.page, _SIZES[block.level]
    page.ln({1: 0.0, 2: 5.0, 3: 3.0}[block.level])
    if page.will_page_break(size / 2 + 16):  # a heading stays with what it heads
        page.add_page()
    page.set_font("body", style="B", size=size)
    page.set_text_color(*(_ACCENT if block.level < 3 else INK))
    page.multi_cell(0, size / 2, flow.shown(block.text), align="L", new_x="LMARGIN", new_y="NEXT")
    if block.level == 2:
        page.set_draw_color(*_ACCENT)
        page.set_line_width(0.3)
        page.line(page.l_margin, page.get_y() + 0.6, page.w - page.r_margin, page.get_y() + 0.6)
    page.ln(2.0)


def _table(flow: Flow, block: Table) -> None:
    page = flow.page
    page.set_font("body", size=8.5)
    page.set_text_color(*INK)
    page.set_draw_color(205, 210, 218)
    page.set_fill_color(255, 255, 255)
    page.set_line_width(0.2)
    # A long interview's columns are drawn in pieces of eight, so that they stay readable on A4.
    for start in range(1, len(block.header), 8):
        chosen = [0, *range(start, min(start + 8, len(block.header)))]
        last: Any = [[row[i] for i in chosen] for row in (block.header, *block.rows)]
        if len(chosen) > 4:  # dots alone where the word would wrap
            last[-1] = [cell.split(" ")[0] if "●" in cell else cell for cell in last[-1]]
        widths = (55, *[(page.epw - 55) / (len(chosen) - 1)] * (len(chosen) - 1))
        aligns = ("LEFT", *["CENTER"] * (len(chosen) - 1))
        with page.table(
            col_widths=widths, text_align=aligns, line_height=5.4, borders_layout="HORIZONTAL_LINES"
        ) as t:
            for row in last:
                t.row([flow.shown(cell) for cell in row])
        page.ln(2)


def _paragraph(flow: Flow, block: Paragraph) -> None:
    page = flow.page
    if block.kind == "question":
        page.set_font("body", style="B", size=9)
        page.set_text_color(*_ACCENT)
        page.cell(0, _LINE, "Interviewer", new_x="LMARGIN", new_y="NEXT")
    indent = {"plain": 0.0, "bullet": 4.0, "question": 0.0, "reply": 6.0}[block.kind]
    size = 9.0 if block.kind == "bullet" else 10.0
    line = _LINE - 0.5 if block.kind == "bullet" else _LINE
    flow.write(block.spans, size=size, line=line, indent=indent, bar=block.kind == "reply")
    page.ln(0.7 if block.kind == "bullet" else 2.0)
