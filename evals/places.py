"""Where suites, recordings, candidate prompt sets and stored runs lie."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from interviewer.errors import DataFileError, InputError, NotFoundError
from interviewer.files import write_text
from knowledge.datafile import Frozen

BASE = "base"
"""The name of the project's own prompts; any other is a folder in `prompt_sets`."""
JUDGMENTS = "judgments"
VARIABLE = "INTERVIEWER_EVALS"


class Model(Frozen):
    """A model with recordings: `model.json` beside them.

    Args:
        model: the model's name as it is sent.
        endpoint: openai, llama.cpp, compatible, or fake: what kind of endpoint, never which one.
    """

    model: str
    endpoint: str


@dataclass(frozen=True)
class Places:
    """The folders of an evals folder.

    Args:
        root: the evals folder.
        stored: where runs are kept that are not blessed.
    """

    root: Path
    stored: Path

    @property
    def suites(self) -> Path:
        """Suite files."""
        return self.root / "suites"

    @property
    def recordings(self) -> Path:
        """Recordings: a folder a model, in it one a prompt set, in it one a suite."""
        return self.root / "recordings"

    @property
    def texts(self) -> Path:
        """The texts of the recorded requests' segments, each once."""
        return self.recordings / "texts"

    @property
    def blessed(self) -> Path:
        """Blessed runs."""
        return self.root / "blessed"

    @property
    def gates(self) -> Path:
        """Floors, largest regressions, must-pass cases."""
        return self.root / "gates.toml"

    @property
    def labelled(self) -> Path:
        """Labelled replies."""
        return self.root / "labelled"

    def recorded(self, model: str, prompt_set: str, suite: str) -> Path:
        """The folder of some recordings."""
        return self.recordings / model / prompt_set / suite

    def prompt_set(self, name: str) -> Path | None:
        """The folder of a candidate prompt set; None for the project's own prompts.

        Raises:
            NotFoundError: there is none of that name.
        """
        if name == BASE:
            return None
        folder = self.root / "prompt_sets" / name
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name) or not folder.is_dir():
            known = ", ".join(self.prompt_sets())
            raise NotFoundError(f"There is no prompt set {name[:60]!r}. There are: {known}.")
        return folder

    def prompt_sets(self) -> list[str]:
        """The names of all prompt sets, the project's own first."""
        folder = self.root / "prompt_sets"
        return [BASE, *sorted(each.name for each in folder.glob("*") if each.is_dir())]

    def models(self) -> dict[str, Model]:
        """The models that have recordings, by their folder's name; the one with most recordings first."""
        found = {path.parent.name: read_model(path) for path in sorted(self.recordings.glob("*/model.json"))}

        def size(name: str) -> int:
            return -sum(1 for _ in (self.recordings / name).rglob("*.json"))

        return {name: found[name] for name in sorted(found, key=lambda name: (size(name), name))}

    def add_model(self, model: Model) -> str:
        """Note a model that is about to be recorded.

        Returns:
            The name of its folder.

        Raises:
            InputError: a recorded model of that name was reached through another kind of endpoint, so that
                its requests look different.
        """
        name = slug(model.model)
        path = self.recordings / name / "model.json"
        if path.exists():
            known = read_model(path)
            if known != model:
                raise InputError(
                    f"{name} was recorded as {known.model!r} at a {known.endpoint} endpoint, this is "
                    f"{model.model!r} at a {model.endpoint} one: their requests cannot be compared. "
                    "Serve it under another name."
                )
        else:
            write_text(path, json.dumps(model.model_dump(), indent=1) + "\n")
        return name


def drop_empty_model(places: Places, name: str) -> None:
    """Forget a model of which nothing has been recorded, so that a misspelt name leaves no trace."""
    folder = places.recordings / name
    if not any(folder.glob("*/*/*.json")):
        (folder / "model.json").unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def read_model(path: Path) -> Model:
    """Read a `model.json`.

    Raises:
        DataFileError: it cannot be used.
    """
    try:
        return Model.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise DataFileError(path, "needs model and endpoint; take it from version control again") from error


def slug(model: str) -> str:
    """A model's name as the name of a folder."""
    return re.sub(r"[^a-z0-9._-]+", "-", model.lower()).strip("-.") or "model"


def find_places(root: Path | None = None, *, home: Path) -> Places:
    """The evals folder: the one named, else that of the environment, else the checkout's, else the package's.

    Args:
        root: named by the caller.
        home: INTERVIEWER_HOME, for runs that are not blessed.

    Raises:
        InputError: the named folder has no suites.
    """
    named = root or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    folder = named or (Path.cwd() / "evals" if (Path.cwd() / "evals" / "suites").is_dir() else _package())
    if not (folder / "suites").is_dir():
        raise InputError(f"{folder} has no folder “suites”. Name the evals folder with --evals.")
    return Places(folder, home / "eval-runs")


def _package() -> Path:
    return Path(__file__).parent
