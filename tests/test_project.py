"""The project as a whole: what is shipped, what imports what, what the lock files say."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("interviewer", "knowledge", "prompts", "evals")
# Who may import whom. `interviewer.errors` is for everybody: one error tree.
ALLOWED = {
    "knowledge": {"knowledge", "interviewer.errors"},
    "prompts": {"prompts", "interviewer.errors"},
    "interviewer": {"interviewer", "knowledge", "prompts"},
    "evals": {"evals", "interviewer", "knowledge", "prompts"},
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_what_they_may(package: str) -> None:
    for path in modules(package):
        for name in imports(path):
            if name.split(".")[0] not in (*PACKAGES, "app"):
                continue
            allowed = any(name == a or name.startswith(f"{a}.") for a in ALLOWED[package])
            assert allowed, f"{path.relative_to(ROOT)} imports {name}"


def test_nobody_imports_another_package_s_private_modules() -> None:
    for package in PACKAGES:
        for path in modules(package):
            private = [name for name in imports(path) if re.search(r"\._[a-z]", name)]
            assert not [n for n in private if n.split(".")[0] in PACKAGES], path


def test_only_pages_import_streamlit() -> None:
    for package in PACKAGES:
        for path in modules(package):
            if "pages" not in path.parts:
                assert not {n for n in imports(path) if n.split(".")[0] == "streamlit"}, path


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    code = (
        "import sys, interviewer.cli; "
        "names = 'streamlit chromadb langchain_openai openai sqlalchemy sklearn'.split(); "
        "sys.exit(', '.join(name for name in names if name in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_pin_with_hashes_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|index-url|find-links", text)
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(entries) > 50
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]


def test_the_wheel_carries_every_data_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        shipped = set(archive.namelist())
    assert {"interviewer/app.py", "interviewer/.streamlit/config.toml"} <= shipped
    listed = subprocess.run(
        ["git", "ls-files", "--", *PACKAGES], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.splitlines()
    assert len(listed) > 60
    assert set(listed) <= shipped


def test_modules_and_their_first_lines() -> None:
    for package in PACKAGES:
        for path in modules(package):
            text = path.read_text(encoding="utf-8")
            assert ast.get_docstring(ast.parse(text)), f"{path.relative_to(ROOT)} does not say its job"
