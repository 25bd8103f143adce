"""One interview as a file to keep: Markdown, JSON or PDF."""

from interviewer.export.json import to_json
from interviewer.export.markdown import to_markdown
from interviewer.export.outline import Cards
from interviewer.schema import Interview
from knowledge import Rubric

__all__ = ["to_json", "to_markdown", "to_pdf"]


def to_pdf(interview: Interview, rubric: Rubric, cards: Cards) -> bytes:
    """The interview as a PDF (see `interviewer.export.pdf`, whose library is loaded at the first call)."""
    from interviewer.export.pdf import to_pdf as draw

    return draw(interview, rubric, cards)
