"""The templates of reports: Jinja2 with everything escaped, and cleaned before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.report.words import clean

if TYPE_CHECKING:
    from jinja2 import Environment

PAGE = Path(__file__).parent / "page"


def escaping_environment(*, keep_trailing_newline: bool = False) -> Environment:
    """An environment over the reports' templates: what is put in is words, whatever an answer says."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    return Environment(
        loader=FileSystemLoader(PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=keep_trailing_newline,
    )
