"""The browser app: one module a page, and the small parts they share. Only this package knows Streamlit."""

from interviewer.pages.shell import SECTIONS

__all__ = ["SECTIONS"]
