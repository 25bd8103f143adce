"""The other tools: which versions, how they are installed and started, and how their result files are read.

Each runs with the quickest of the settings tried, and writes its usual result file: every case with every
grader's verdict and reason.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.texts import METRICS

PYTHON = f"Python {'.'.join(map(str, sys.version_info[:3]))}"
ROOT = Path(__file__).resolve().parents[2]
Verdicts = dict[str, frozenset[str]]
"""By metric the ids of the cases that pass."""
JAVASCRIPT = Path(__file__).with_name("graders.cjs")


class Peer(ABC):
    """One of the other tools.

    Args:
        scratch: where tools are installed; what is there already is used again.
    """

    name: str
    version: str
    result = "results.json"

    def __init__(self, scratch: Path) -> None:
        self.home = scratch / f"{self.name}-{self.version}"

    def install(self) -> None:
        """Install the tool, unless it is there.

        Raises:
            SystemExit: the installation failed; names its log.
        """
        stamp = self.home / "installed"
        if stamp.exists():
            return
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        self._install()
        stamp.touch()

    def _call(self, *command: str | Path) -> None:
        log = self.home / "install.log"
        with log.open("ab") as out:
            done = subprocess.run([*map(str, command)], stdout=out, stderr=out, check=False)
        if done.returncode:
            raise SystemExit(f"{self.name} {self.version} could not be installed; see {log}")

    @abstractmethod
    def _install(self) -> None: ...

    @abstractmethod
    def command(self, folder: Path) -> list[str]:
        """What does the job over the texts of a folder, started in that folder."""

    @abstractmethod
    def verdicts(self, folder: Path) -> Verdicts:
        """What its result file says."""

    def prepare(self, folder: Path) -> None:  # noqa: B027 (most need nothing)
        """Write the files that the tool needs beside the texts."""

    def clear(self, folder: Path) -> None:
        """Remove the results of an earlier run."""
        for path in folder.glob(self.result):
            path.unlink()

    def environment(self, folder: Path) -> dict[str, str]:
        """Variables for the tool's process."""
        return {"PYTHONPATH": str(ROOT)}

    def platform(self) -> str:
        """What it runs on."""
        return PYTHON


class _PythonPeer(Peer):
    """A tool in Python, in a virtual environment of its own."""

    module: str

    @property
    def _bin(self) -> Path:
        return self.home / "venv" / ("Scripts" if os.name == "nt" else "bin")

    def _install(self) -> None:
        venv.create(self.home / "venv", with_pip=True)
        pip = (self._bin / "python", "-m", "pip", "--disable-pip-version-check", "-q")
        self._call(*pip, "install", f"{self.name}=={self.version}")

    def command(self, folder: Path) -> list[str]:
        return [str(self._bin / "python"), "-m", f"benchmarks.peers.{self.module}", str(folder)]


class PydanticEvals(_PythonPeer):
    """pydantic-evals: a dataset, three evaluators, the report as JSON."""

    name, version, module = "pydantic-evals", "2.62.0", "with_pydantic_evals"

    def verdicts(self, folder: Path) -> Verdicts:
        """By the report's assertions."""
        report = json.loads((folder / self.result).read_bytes())
        return _verdicts(
            (case["name"], {name: found["value"] for name, found in case["assertions"].items()})
            for case in report["cases"]
        )


class InspectAI(_PythonPeer):
    """inspect-ai: a task with a solver and three scorers, its log in its own format."""

    name, version, module = "inspect-ai", "0.3.285", "with_inspect_ai"
    result = "*.eval"

    def verdicts(self, folder: Path) -> Verdicts:
        """By the log's samples; the tool's own command turns its format into JSON."""
        (log,) = folder.glob(self.result)
        command = [str(self._bin / "python"), "-m", "inspect_ai", "log", "dump", str(log)]
        dump = subprocess.run(
            command, capture_output=True, check=True, cwd=folder, env=os.environ | self.environment(folder)
        )
        samples = json.loads(dump.stdout)["samples"]
        return _verdicts(
            (each["id"], {name: found["value"] == "C" for name, found in each["scores"].items()})
            for each in samples
        )

    def environment(self, folder: Path) -> dict[str, str]:
        """Its traces are kept out of the user's data folder, where the platform lets them."""
        return super().environment(folder) | {"XDG_DATA_HOME": str(folder / "home")}


class Promptfoo(Peer):
    """promptfoo: a provider that says back what it is given, three assertions in JavaScript, JSON as output.

    It needs a newer Node.js than many machines have, so one comes along. Of its optional packages (1.6 GB:
    browsers, cloud clients) only its database's binding is installed; its database is not written.
    """

    name, version, node = "promptfoo", "0.123.1", "22.23.3"

    def _install(self) -> None:
        if not (npm := shutil.which("npm")):
            raise SystemExit("promptfoo is installed with npm: install Node.js, or leave it out with --tools")
        quiet = ("--no-audit", "--no-fund", "--loglevel=error")
        tool = self.home / "tool"
        self._call(
            npm, "install", "--prefix", tool, *quiet, "--ignore-scripts", "--omit=optional",
            f"{self.name}@{self.version}",
        )  # fmt: skip
        binding = json.loads((tool / "node_modules" / "libsql" / "package.json").read_bytes())["version"]
        # A folder further up, where Node.js looks too: here the platform's own optional packages come along.
        self._call(npm, "install", "--prefix", self.home, *quiet, f"node@{self.node}", f"libsql@{binding}")

    def prepare(self, folder: Path) -> None:
        """Its configuration and its test cases."""
        texts = json.loads((folder / "texts.json").read_bytes())
        tests = [
            {"description": each["id"], "vars": {"reply": each["reply"], "question": each["question"]}}
            for each in texts
        ]
        checks = [
            {"type": "javascript", "metric": metric, "value": f"file://graders.cjs:{metric}"}
            for metric in METRICS
        ]
        config = {
            "description": "texts",
            "prompts": ["{{question}}"],
            "providers": ["echo"],
            "tests": "file://tests.json",
            "defaultTest": {"assert": checks},
        }
        shutil.copy(JAVASCRIPT, folder)
        (folder / "tests.json").write_text(json.dumps(tests), encoding="utf-8")
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")

    def command(self, folder: Path) -> list[str]:
        """Its `eval`."""
        node = shutil.which("node", path=self.home / "node_modules" / ".bin") or "node"
        entry = self.home / "tool" / "node_modules" / "promptfoo" / "dist" / "src" / "entrypoint.js"
        return [
            node, str(entry), "eval", "-c", "config.json", "-o", "results.json", "-j", "20",
            "--no-cache", "--no-table", "--no-progress-bar", "--no-write",
        ]  # fmt: skip

    def environment(self, folder: Path) -> dict[str, str]:
        """Nothing is sent, and cases that fail are no failure of the run."""
        switches = ("TELEMETRY", "UPDATE", "SHARING", "REMOTE_GENERATION")
        return {f"PROMPTFOO_DISABLE_{switch}": "1" for switch in switches} | {
            "PROMPTFOO_CONFIG_DIR": str(folder / "home"),
            "PROMPTFOO_FAILED_TEST_EXIT_CODE": "0",
        }

    def verdicts(self, folder: Path) -> Verdicts:
        """By the scores of its assertions."""
        results = json.loads((folder / self.result).read_bytes())["results"]["results"]
        return _verdicts(
            (each["testCase"]["description"], {name: each["namedScores"][name] == 1 for name in METRICS})
            for each in results
        )

    def platform(self) -> str:
        """The Node.js that came along."""
        return f"Node.js {self.node}"


def _verdicts(found: Iterable[tuple[str, dict[str, Any]]]) -> Verdicts:
    """Verdicts from each case's id with its passes by metric."""
    cases = list(found)
    return {metric: frozenset(id for id, passes in cases if passes[metric] is True) for metric in METRICS}


PEERS: tuple[type[Peer], ...] = (PydanticEvals, Promptfoo, InspectAI)
