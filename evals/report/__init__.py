"""Reports of a run or a compare: for the terminal, a pull request, a CI server, a browser.

JSON is the shapes' own (`evals.result`); everything else is drawn from them here.
"""

from __future__ import annotations

from evals.report.html import html
from evals.report.junit import junit
from evals.report.markdown import markdown
from evals.report.terminal import terminal

__all__ = ["html", "junit", "markdown", "terminal"]
