"""The composition root: builds every part from the settings. Nothing is built at import time."""

from __future__ import annotations

import importlib.resources
import json
import logging
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from interviewer.errors import StoreError
from interviewer.logs import log, set_up_logging
from interviewer.schema import now
from interviewer.settings import Settings

if TYPE_CHECKING:
    from interviewer.judge import EmbeddedJudge
    from interviewer.model import ModelEngine
    from interviewer.service import InterviewService
    from interviewer.store import Store
    from knowledge import GuidanceIndex, Rubric

DATABASE = "interviews.db"
GUIDANCE = "guidance"
AGREEMENT_FILE = "judge/agreement.json"
# How long a deleted interview can be brought back; then its words leave the disk at the next start.
UNDO_FOR = timedelta(days=1)


def silence_telemetry() -> None:
    """Switch off every library's telemetry and tracing: words go to the endpoint and nowhere else."""
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    os.environ["LANGSMITH_TRACING"] = os.environ["LANGCHAIN_TRACING_V2"] = "false"
    os.environ["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] = "false"
    os.environ["HF_HUB_OFFLINE"] = "1"
    # A library that calls logging.basicConfig would print every request to a person's terminal: with a
    # handler on the root it cannot.
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.NullHandler())


def package_folder(package: str) -> Path:
    """The folder of a package's data files, in a checkout and in an installed wheel alike."""
    return Path(str(importlib.resources.files(package)))


def knowledge_folder(settings: Settings) -> Path:
    """Where cards, rubric and cues lie."""
    return settings.knowledge_dir or package_folder("knowledge")


def prompts_folder(settings: Settings) -> Path:
    """Where prompt files lie."""
    return settings.prompts_dir or package_folder("prompts")


def personas_folder(settings: Settings) -> Path:
    """Where persona files lie."""
    return settings.personas_dir or prompts_folder(settings) / "personas"


def make_home(settings: Settings) -> Path:
    """Make the folder that holds everything the app writes.

    Raises:
        StoreError: it cannot be made or written to.
    """
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{home} cannot be made ({error.strerror}). Set INTERVIEWER_HOME to a folder you can write to."
        ) from error
    if not os.access(home, os.W_OK):
        raise StoreError(f"{home} cannot be written to. Set INTERVIEWER_HOME to a folder you can write to.")
    return home


def build_rubric(settings: Settings) -> Rubric:
    """The rubric, as the settings say."""
    from knowledge import load_rubric

    return load_rubric(knowledge_folder(settings))


def build_judge(settings: Settings, rubric: Rubric) -> EmbeddedJudge:
    """The embedded judge over the settings' cues and weights."""
    from interviewer.judge import EmbeddedJudge

    return EmbeddedJudge(rubric, folder=knowledge_folder(settings))


def build_model(settings: Settings, rubric: Rubric) -> ModelEngine | None:
    """The model engine, or None where no model is configured."""
    if not settings.model_configured:
        return None
    from interviewer.model import ModelEngine

    return ModelEngine(settings, rubric, prompts_folder(settings))


def build_store(settings: Settings) -> Store:
    """The store: SQLite under the home, or the database that the settings name."""
    from interviewer.store import Store

    store = Store(settings.database_url or f"sqlite:///{make_home(settings) / DATABASE}")
    try:
        store.purge(deleted_before=now() - UNDO_FOR)
    except StoreError as error:  # another program reads the file: the next start removes them
        log().warning("deleted interviews not purged yet", error=error)
    return store


def open_guidance(
    settings: Settings, progress: Callable[[int, int, str], None] | None = None
) -> GuidanceIndex:
    """The guidance collection: built on first start, synced by content hash afterwards."""
    from knowledge import load_cards, open_index

    index = open_index(
        folder=make_home(settings) / GUIDANCE,
        cards=load_cards(knowledge_folder(settings)),
        embedding=settings.embeddings,
        url=settings.chroma_url,
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
        embedding_model=settings.embedding_model,
        progress=progress,
    )
    log().info("guidance opened", report=str(index.report))
    return index


def agreement_line(settings: Settings) -> str:
    """What is known of the embedded judge's agreement, in one line, or an empty string.

    It is made of the agreement card beside the judge's weights (`interviewer eval agreement`); without a card
    that can be read, it is the line that `python -m evals.judge_measure` has stored there.
    """
    from interviewer.agreement import embedded_line, judge_hashes, usable_card

    folder = knowledge_folder(settings)
    card = usable_card(folder)
    if card is not None and (said := embedded_line(card, judge_hashes(folder))):
        return said
    path = folder / AGREEMENT_FILE
    if not path.is_file():
        return ""
    line = json.loads(path.read_text(encoding="utf-8")).get("line", "")
    return str(line)


def build(settings: Settings) -> InterviewService:
    """Build the service that pages and the command line call.

    Raises:
        DataFileError: a card, the rubric, a persona, a prompt or a cue file is broken.
        StoreError: the database cannot be opened.
    """
    silence_telemetry()
    from interviewer.debrief import load_debrief_words
    from interviewer.service import InterviewService
    from knowledge import load_cards
    from prompts import load_personas

    set_up_logging(settings.home)
    rubric = build_rubric(settings)
    model = build_model(settings, rubric)
    service = InterviewService(
        settings=settings,
        rubric=rubric,
        cards=load_cards(knowledge_folder(settings)),
        personas=load_personas(personas_folder(settings)),
        words=load_debrief_words(prompts_folder(settings), rubric),
        store=build_store(settings),
        judge=build_judge(settings, rubric),
        model=model,
        open_index=lambda progress: open_guidance(settings, progress),
        agreement=agreement_line(settings),
    )
    log().info("started", model=settings.model or None, endpoint=settings.endpoint_name if model else None)
    return service
