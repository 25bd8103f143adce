"""Write the docs' generated parts, or check that they are current, and that the commands shown in docs run.

python scripts/docs.py            write docs/cli.md
python scripts/docs.py --check    compare it, and run the commands that README and docs show
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLI_PAGE = ROOT / "docs" / "cli.md"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
EVAL = (
    "list", "run", "record", "verify", "regrade", "compare", "bless", "lock", "selftest", "report",
    "agreement",
)  # fmt: skip
CALIBRATE = ("sheet", "fit", "add", "show", "export", "import")
AT_ONCE = os.cpu_count() or 1
"""So many pages are checked at once, each in a home of its own."""
COMMANDS = [
    [],
    ["serve"],
    ["chat"],
    ["critique"],
    ["next"],
    ["guidance", "search"],
    ["personas", "list"],
    ["personas", "show"],
    ["personas", "check"],
    *(["calibrate", name] for name in CALIBRATE),
    ["eval"],
    *(["eval", name] for name in EVAL),
]
# Commands that set up, serve, talk to a person or change files are shown, not run here: the tests cover them.
NOT_RUN = re.compile(
    r"^(git |cd |make |python -m venv"
    r"|(\.venv/bin/)?interviewer (serve|chat|eval (record|verify|bless|(lock|agreement)$))"
    r"|\.venv/bin/(pip|pre-commit|python -m evals\.))"
)


def main() -> int:
    """Write or check; the status is 1 where something is not current or does not run."""
    page = cli_page()
    if "--check" not in sys.argv[1:]:
        CLI_PAGE.write_text(page, encoding="utf-8")
        return 0
    problems = (
        [] if CLI_PAGE.read_text(encoding="utf-8") == page else ["docs/cli.md is old: make docs-update"]
    )
    problems += [line for path in PAGES for line in broken_links(path)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        problems += [line for found in pool.map(failing_commands, PAGES) for line in found]
    print("\n".join(problems) or f"docs are current ({len(PAGES)} pages)")
    return 1 if problems else 0


def environment(home: str) -> dict[str, str]:
    """A narrow, colourless terminal with no endpoint and a home of its own."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("INTERVIEWER_", "OPENAI_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', '')}"
    return env | {"INTERVIEWER_HOME": home, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "PATH": path}


def cli_page() -> str:
    """The command line's reference, from the commands' own help."""
    parts = ["# The command line", "", "<!-- Written by `make docs-update`; do not edit. -->", ""]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for words, said in zip(COMMANDS, pool.map(help_of, COMMANDS), strict=True):
            parts += [f"## `{' '.join(['interviewer', *words])}`", "", "```text", said, "```", ""]
    return "\n".join(parts)


def help_of(words: list[str]) -> str:
    """What a command says of itself."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", "interviewer", *words, "--help"],
            capture_output=True, text=True, check=True, env=environment(home), cwd=ROOT,
        )  # fmt: skip
    text = "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())
    return text.replace("python -m interviewer", "interviewer")


def failing_commands(path: Path) -> list[str]:
    """Run each `$ command` line of a page's console blocks in a shell; name those that fail.

    The commands of one page share a home, so that one can go on with what another has made.
    """
    problems = []
    with tempfile.TemporaryDirectory() as home:
        for block in re.findall(r"```console\n(.*?)```", path.read_text(encoding="utf-8"), re.S):
            for line in block.splitlines():
                command = line.removeprefix("$ ")
                if not line.startswith("$ ") or NOT_RUN.match(command):
                    continue
                done = subprocess.run(
                    ["bash", "-c", command], capture_output=True, text=True, env=environment(home), cwd=ROOT,
                    stdin=subprocess.DEVNULL, timeout=300, check=False,
                )  # fmt: skip
                if done.returncode:
                    said = (done.stderr.strip() or done.stdout.strip())[-300:]
                    problems.append(f"{path.name}: {shlex.quote(command)} failed: {said}")
    return problems


def broken_links(path: Path) -> list[str]:
    """Name the files that a page links to and that do not exist."""
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
    return [f"{path.name}: {link} does not exist" for link in links if not (path.parent / link).exists()]


if __name__ == "__main__":
    sys.exit(main())
