"""An interview as Markdown (CommonMark with tables) in which nobody's words can act as markup or HTML."""

from __future__ import annotations

import re

from interviewer.export.blocks import Block, Heading, Paragraph, Span, Table
from interviewer.export.outline import Cards, Outline
from interviewer.schema import Interview
from knowledge import Rubric

# Everything that CommonMark, GitHub's extensions or HTML give a meaning anywhere in a line.
_ACTIVE = re.compile(r"[\\`*_\[\]<>#|~&$!^{}@]")
# What has a meaning only at the start of a line: lists, underlined headings.
_STARTS = re.compile(r"^(\d{1,9})([.)])|^([-+=:])")
_LINKS = re.compile(r"(?i)(https?|ftp)(:)(?=//)|(www)(\.)")
# Controls, and the marks that turn the direction of everything that follows.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LINES = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_MARKS = {"bold": ("**", "**"), "strength": ("**", "** ✓"), "pitfall": ("*", "* ⚠")}


def to_markdown(interview: Interview, rubric: Rubric, cards: Cards) -> str:
    """The interview as Markdown: debrief, picture, transcript with marked quotes, critique of each reply.

    Args:
        interview: what to write out; an unfinished realistic one without its critiques.
        rubric: gives the names of criteria and pitfalls.
        cards: gives the titles of guidance cards.
    """
    text, earlier = "", False
    for block in Outline(interview, rubric, cards).blocks():
        bullet = isinstance(block, Paragraph) and block.kind == "bullet"
        text += ("" if not text else "\n" if bullet and earlier else "\n\n") + _block(block)
        earlier = bullet
    return text + "\n"


def escape(text: str) -> str:
    """One line of someone's words as Markdown that shows just these words."""
    text = _ACTIVE.sub(r"\\\g<0>", _UNSEEN.sub("", text).replace("\t", " "))
    return _LINKS.sub(lambda found: f"{found[1] or found[3]}\\{found[2] or found[4]}", text)


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_one_line(block.text)}"
    if isinstance(block, Table):
        rule = ("---", *[":-:"] * (len(block.header) - 1))
        head, *rows = (map(_one_line, row) for row in (block.header, *block.rows))
        return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
    lines = [_start(line.strip()) for line in "".join(map(_span, block.spans)).split("\n")]
    if block.kind == "bullet":
        return "- " + " ".join(line for line in lines if line)
    if block.kind == "plain":
        return "\\\n".join(line for line in lines if line)
    if block.kind == "question":
        return "**Interviewer:** " + " ".join(line for line in lines if line)
    # A backslash keeps the candidate's own line break; not before an empty line, which is a new paragraph.
    pairs = zip(lines, [*lines[1:], ""], strict=True)
    return "\n".join(f"> {line}\\" if line and after else f"> {line}".rstrip() for line, after in pairs)


def _span(span: Span) -> str:
    """The span's lines, each with its own marks: emphasis cannot cross lines, nor begin with a space."""
    before, after = _MARKS.get(span.style, ("", ""))
    lines = []
    for line in _LINES.split(span.text):
        words = line.strip()
        if not words or not before:
            lines.append(escape(line))
            continue
        start = line.index(words)
        lines.append(f"{line[:start]}{before}{escape(words)}{after}{line[start + len(words) :]}")
    return "\n".join(lines)


def _start(line: str) -> str:
    return _STARTS.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", line)


def _one_line(text: str) -> str:
    return escape(" ".join(_LINES.split(text)))
