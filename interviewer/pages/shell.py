"""What every page stands in: title, styles, the service, and a guard that turns a fault into one line."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from interviewer.errors import InterviewerError
from interviewer.logs import log
from interviewer.pages.identity import owner

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

    from interviewer.service import InterviewService

_STYLES = Path(__file__).with_name("style.css")
_UNEXPECTED = (
    "Something went wrong here that should not. What you have sent is kept. Reload the page; "
    "if it comes back, the log named under Settings says more."
)
_PROBLEM = "problem"


@dataclass(frozen=True)
class Section:
    """One page of the navigation; `name` is its address, and its module unless `module` names another."""

    name: str
    title: str
    icon: str
    help: str
    module: str = ""


SECTIONS = (
    Section("practise", "Practise", ":material/forum:", "Practise the question with an interviewer."),
    Section("history", "History", ":material/history:", "Your past interviews: read, go on, export, delete."),
    Section("guidance", "Guidance", ":material/menu_book:", "What makes a good answer, one card a point."),
    Section("settings", "Settings", ":material/tune:", "Which model is asked, and where your data lies."),
    Section("calibrate", "Calibrate", ":material/balance:", "For coaches: how you differ from the judge."),
)


def page(section: Section) -> StreamlitPage:
    """A section as a page of the navigation; the first one is the default."""

    def show() -> None:
        run(section.name, section.module)

    show.__name__ = section.name
    return st.Page(
        show,
        title=section.title,
        icon=section.icon,
        help=section.help,
        url_path=section.name,
        default=section is SECTIONS[0],
    )


def set_up() -> None:
    """Title and styles; the same for every page."""
    st.set_page_config(
        page_title="Mock interviewer",
        page_icon="💬",
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    st.html(f"<style>{_styles()}</style>")


def _fold_menu(name: str) -> None:
    """On a phone the navigation lies over the page: fold it once the page `name` has been chosen."""
    script = (
        f"/* {name} */ if (innerWidth < 768)"
        " document.querySelector('[data-testid=stSidebarCollapseButton] button')?.click();"
    )
    with st.container(key="fold"):
        st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


@cache
def _styles() -> str:
    return _STYLES.read_text(encoding="utf-8")


def run(name: str, module: str = "") -> None:
    """Draw a page. A fault becomes one plain line and a line in the log, never a traceback."""
    arrived = st.session_state.get("section") != name
    st.session_state["section"] = name
    _fold_menu(name)
    try:
        problem = st.session_state.pop(_PROBLEM, "")
        if problem:
            st.error(problem, icon=":material/error:")
        importlib.import_module(module or f"interviewer.pages.{name}").show(arrived)
    except InterviewerError as error:
        log().warning("page refused", page=name, error=str(error))
        st.error(str(error), icon=":material/error:")
    except Exception as error:
        log().error("page broke", page=name, error=error)
        st.error(_UNEXPECTED, icon=":material/error:")


def safely(act: Callable[..., None]) -> Callable[..., None]:
    """A callback whose fault is shown as one line at the top of the next run."""

    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            act(*args, **kwargs)
        except InterviewerError as error:
            st.session_state[_PROBLEM] = str(error)
        except Exception as error:
            log().error("callback broke", callback=act.__name__, error=error)
            st.session_state[_PROBLEM] = _UNEXPECTED

    return guarded


@st.cache_resource(show_spinner="Getting ready…")
def service() -> InterviewService:
    """The interviews of this installation, built once and shared by all sessions.

    Raises:
        InterviewerError: settings, a data file or the store cannot be used.
    """
    from interviewer.compose import build
    from interviewer.settings import load_settings

    return build(load_settings())


def me() -> str:
    """Whose interviews this session sees."""
    return owner()[0]


class Preparation:
    """The guidance collection being opened, or on first start built, in the background.

    Nobody waits for it: an interview needs it at its first reply, a search at its first word.
    """

    def __init__(self, service: InterviewService) -> None:
        self.done, self.total = 0, 0
        self.trouble = ""
        self.rebuilt = ""
        self.ready = threading.Event()
        self._service = service
        threading.Thread(target=self._work, name="guidance", daemon=True).start()

    def _work(self) -> None:
        try:
            self.rebuilt = self._service.index(self._note).report.rebuilt_reason
        except InterviewerError as error:
            self.trouble = str(error)
        except Exception as error:
            log().error("guidance could not be prepared", error=error)
            self.trouble = "The guidance could not be prepared; the log named under Settings says why."
        finally:
            self.ready.set()

    def _note(self, done: int, total: int, _line: str) -> None:
        self.done, self.total = done, total


@st.cache_resource(show_spinner=False)
def preparation() -> Preparation:
    """The one preparation of this process."""
    return Preparation(service())


def guidance_ready() -> None:
    """Show how far the guidance has come, and nothing once it is there."""
    state = preparation()
    if not state.ready.is_set():
        _watch_guidance()
    elif state.trouble:
        st.warning(f"{state.trouble} You can practise all the same.", icon=":material/menu_book:")
    elif state.rebuilt:
        st.info(f"The guidance was built anew: {state.rebuilt}", icon=":material/menu_book:")


@st.fragment(run_every=0.5)
def _watch_guidance() -> None:
    state = preparation()
    if state.ready.is_set():
        st.rerun()
    count = f": {state.done} of {state.total} cards" if state.total else ""
    share = state.done / state.total if state.total else 0.0
    st.progress(share, text=f"Preparing the guidance{count}. Go ahead meanwhile.")


def go(name: str, interview_id: str = "") -> None:
    """Open a page, at an interview's address where one is given."""
    query = {"interview": interview_id} if interview_id else {}
    st.switch_page(page(next(section for section in SECTIONS if section.name == name)), query_params=query)
