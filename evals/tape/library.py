"""The recordings of one suite, prompt set and model: found by key, or by what they were made for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from evals.tape.recording import DamagedError, Recording, Slot, read_recording
from evals.tape.request import digest
from evals.tape.scrub import scrub
from interviewer.files import write_text

TEXTS = "texts"


class Library:
    """Recordings of some folders; new ones go into the first.

    Args:
        folders: the folder of the prompt set's own recordings, then others whose recordings serve where the
            request is the same, for example those of the base prompts.
        texts: the folder of the segments' texts.

    Raises:
        DamagedError: two recordings of one folder have the same key.
    """

    def __init__(self, folders: Sequence[Path], texts: Path) -> None:
        self.folders, self.texts = list(folders), texts
        self.damaged: dict[Path, str] = {}
        """Recordings that cannot be trusted, with the reason."""
        self.used: set[str] = set()
        """Keys that were asked for and found."""
        self._by_key: dict[str, Recording] = {}
        self._by_slot: dict[Slot, list[Recording]] = {}
        self.added = 0
        """How many were added since it was opened."""
        self.paths: dict[str, Path] = {}
        """Where each key's recording lies."""
        for folder in self.folders:
            self._load(folder)

    def _load(self, folder: Path) -> None:
        here: dict[str, Path] = {}
        for path in sorted(folder.glob("*.json")):
            try:
                found = read_recording(path)
            except DamagedError as error:
                self.damaged[path] = error.problem
                continue
            if found.key in here:
                problem = f"has the same key as {here[found.key].name}; delete one of the two"
                raise DamagedError(path, problem)
            here[found.key] = path
            if found.key not in self._by_key:
                self._note(found, path)

    def _note(self, recording: Recording, path: Path) -> None:
        self._by_key[recording.key] = recording
        self.paths[recording.key] = path
        self._by_slot.setdefault(recording.slot, []).append(recording)

    def __len__(self) -> int:
        """How many recordings there are."""
        return len(self._by_key)

    def recordings(self) -> list[Recording]:
        """All of them, in the order of their files."""
        return list(self._by_key.values())

    def find(self, key: str) -> Recording | None:
        """The recording with that key."""
        found = self._by_key.get(key)
        if found is not None:
            self.used.add(key)
        return found

    def damage(self, key: str, slot: Slot) -> str:
        """Why the recording that should have that key cannot be used, or nothing."""
        name = f"{slot.stem}.{key.partition(':')[2][:12]}.json"
        return next((problem for path, problem in self.damaged.items() if path.name == name), "")

    def nearest(self, slot: Slot) -> Recording | None:
        """The latest recording made for that slot, whatever was asked then."""
        return max(self._by_slot.get(slot, ()), key=lambda each: each.made.date, default=None)

    def add(self, recording: Recording, texts: Mapping[str, str]) -> Recording:
        """Keep a new recording: the segments' texts first, then the recording itself, each atomically.

        Raises:
            StoreError: the disk refuses.
        """
        for name, text in texts.items():
            path = self.texts / f"{recording.segments[name]}.txt"
            if not path.exists():
                write_text(path, text)
        path = recording.write(self.folders[0])
        sealed = recording.sealed()
        self._note(sealed, path)
        self.used.add(sealed.key)
        self.added += 1
        return sealed

    def text(self, hash: str) -> str:
        """A segment's text by its digest; empty where it is not there any more.

        Raises:
            DamagedError: it is not what was recorded.
        """
        return read_segment(self.texts, hash)


def read_segment(texts: Path, hash: str) -> str:
    """A segment's text by its digest; empty where it is not there any more.

    Raises:
        DamagedError: it is not what was recorded.
    """
    path = texts / f"{hash}.txt"
    if not path.exists():
        return ""
    text = path.read_bytes().decode("utf-8", "replace")
    if digest(text) != hash:
        raise DamagedError(path, "is not what was recorded; take it from version control again")
    return text


def segment_hashes(segments: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Digests of segments and their texts as they are kept: without secrets."""
    texts = {name: scrub(text) for name, text in segments.items()}
    return {name: digest(text) for name, text in texts.items()}, texts
