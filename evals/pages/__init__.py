"""The app's Evals page. `app.py` puts it into the navigation; the interviewer knows nothing of it."""

from interviewer.pages.shell import Section

SECTION = Section(
    "evals",
    "Evals",
    ":material/science:",
    "What a prompt change did: run suites over recorded answers, compare prompt sets.",
    module="evals.pages.evals",
)

__all__ = ["SECTION"]
