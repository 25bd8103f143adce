"""One interview as a file to keep: Markdown, JSON or PDF."""

from interviewer.export.json import to_json
from interviewer.export.markdown import to_markdown
from interviewer.export.pdf import to_pdf

__all__ = ["to_json", "to_markdown", "to_pdf"]
