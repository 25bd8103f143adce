"""The Streamlit entry: navigation and nothing else.

`streamlit run app.py` reads this file twice: once to find the server (with the cookie that tells candidates
apart), then at every run of a page.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from evals.pages import SECTION as EVALS
from interviewer.pages import SECTIONS, shell
from interviewer.pages.identity import middleware

if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(__file__, middleware=middleware())
else:
    shell.set_up()
    st.navigation([shell.page(section) for section in (*SECTIONS, EVALS)], position="top").run()
