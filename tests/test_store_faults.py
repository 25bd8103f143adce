"""What the store does when a process is killed, the disk refuses, versions differ, or words must be gone."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from store_samples import interview, turn

from interviewer.errors import StoreError
from interviewer.store import Store
from interviewer.store.migrate import REVISIONS, upgrade

HERE = Path(__file__).parent
SECRET = "zanzibarlighthouse"


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(HERE), str(HERE.parent)])
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def address(file: Path) -> str:
    return f"sqlite:///{file}"


def test_a_reply_survives_kill_9(tmp_path: Path) -> None:
    code = """
import sys, time
from interviewer.store import Store
from store_samples import interview
store = Store(sys.argv[1]); one = interview(); store.save(one)
store.update_turn(one.id, 1, lambda turn: turn.model_copy(update={"reply": "My last words."}))
print(one.id, flush=True); time.sleep(60)
"""
    url = address(tmp_path / "i.db")
    with python(code, url) as process:
        interview_id = process.stdout.readline().strip()  # type: ignore[union-attr]
        process.send_signal(signal.SIGKILL)
    store = Store(url)
    assert store.load(interview_id).turns[0].reply == "My last words."
    store.close()


def test_processes_that_open_and_write_at_once(tmp_path: Path) -> None:
    code = """
import sys
from interviewer.store import Store
from store_samples import interview
store = Store(sys.argv[1])
for _ in range(5): store.save(interview())
store.close()
"""
    url = address(tmp_path / "i.db")
    running = [python(code, url) for _ in range(4)]
    for process in running:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    store = Store(url)
    assert len(store.list("me")) == 20
    store.close()


def test_revisions_are_those_shipped() -> None:
    from alembic.script import ScriptDirectory

    import interviewer.store

    script = ScriptDirectory(str(Path(interviewer.store.__file__).parent / "migrations"))
    assert tuple(reversed([step.revision for step in script.walk_revisions()])) == REVISIONS


def test_the_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from interviewer.store.tables import metadata

    url = address(tmp_path / "i.db")
    Store(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_a_database_of_revision_1_is_upgraded_and_filled(tmp_path: Path) -> None:
    url, saved = address(tmp_path / "i.db"), interview(turns=2)
    store = Store(url)
    store.save(saved)
    store.close()
    with sqlite3.connect(tmp_path / "i.db") as old:
        now = old.execute("SELECT * FROM findings ORDER BY 1, 2, 3").fetchall()
        rows = {name: old.execute(f"SELECT * FROM {name}").fetchall() for name in ("interviews", "turns")}
    old.close()
    engine = create_engine(address(tmp_path / "old.db"))
    with engine.begin() as connection:
        upgrade(connection, "0001")
        for name, found in rows.items():
            for row in found:
                marks = ",".join("?" * len(row))
                connection.exec_driver_sql(f"INSERT INTO {name} VALUES ({marks})", row)
    engine.dispose()
    store = Store(address(tmp_path / "old.db"))
    assert store.load(saved.id) == saved
    store.close()
    with sqlite3.connect(tmp_path / "old.db") as new:
        assert new.execute("SELECT * FROM findings ORDER BY 1, 2, 3").fetchall() == now != []
    new.close()


def test_a_newer_database_is_refused_untouched(tmp_path: Path) -> None:
    url = address(tmp_path / "i.db")
    Store(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    before = (tmp_path / "i.db").read_bytes()
    with pytest.raises(StoreError, match="newer version"):
        Store(url)
    assert (tmp_path / "i.db").read_bytes() == before


@pytest.mark.parametrize("harm", ["no database", "torn"])
def test_a_damaged_file_is_named_and_left(tmp_path: Path, harm: str) -> None:
    file = tmp_path / "i.db"
    if harm == "no database":
        file.write_bytes(b"Dear diary, " * 1000)
    else:
        store = Store(address(file))
        store.save(interview(turns=20))
        store.close()
        whole = file.read_bytes()
        file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    before = file.read_bytes()
    with pytest.raises(StoreError) as caught:
        Store(address(file)).list("me")
    assert str(file) in str(caught.value) and "left as it is" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == before


def test_a_full_disk_is_said_and_what_was_stored_is_safe(tmp_path: Path) -> None:
    code = """
import resource, sys
from interviewer.errors import StoreError
from interviewer.store import Store
from store_samples import interview
store = Store(sys.argv[1]); first = interview(); store.save(first)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    for _ in range(500): store.save(interview(turns=5))
except StoreError as error:
    print(error)
print(store.load(first.id) == first)
"""
    process = python(code, address(tmp_path / "i.db"))
    out, errors = process.communicate()
    assert process.returncode == 0, errors
    line, kept = out.splitlines()
    assert "disk" in line and "safe" in line
    assert kept == "True"
    store = Store(address(tmp_path / "i.db"))
    assert len(store.list("me")) >= 1
    store.close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be written"):
        Store(address(tmp_path / "file" / "i.db"))


def test_a_read_only_folder() -> None:
    code = """
import os, sys
from interviewer.errors import StoreError
from interviewer.store import Store
if os.geteuid() == 0: os.setuid(65534)  # root may write anywhere
try:
    Store(sys.argv[1])
except StoreError as error:
    print(error)
"""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        out, errors = python(code, address(Path(folder, "i.db"))).communicate()
    assert "cannot be written" in out and out.count("\n") == 1, errors


def test_a_locked_database_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviewer.store.database.BUSY_SECONDS", 0)
    store = Store(address(tmp_path / "i.db"))
    holder = sqlite3.connect(tmp_path / "i.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="Another program is holding"):
        store.save(interview())
    holder.close()
    store.save(interview())
    store.close()


def test_purged_words_are_in_no_file(tmp_path: Path) -> None:
    def found() -> list[str]:
        return [file.name for file in tmp_path.iterdir() if SECRET.encode() in file.read_bytes()]

    store = Store(address(tmp_path / "i.db"))
    gone, kept = interview(turns=0), interview(turns=3)
    gone.turns = [turn(n, reply=f"{SECRET} " * 500) for n in range(1, 4)]
    store.save(kept)
    store.save(gone)
    store.delete(gone.id)
    assert found()
    assert store.purge(id=gone.id) == 1
    assert found() == []
    assert store.load(kept.id) == kept
    store.close()


def test_purge_says_where_old_pages_are_still_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviewer.store.database.BUSY_SECONDS", 0)
    store = Store(address(tmp_path / "i.db"))
    store.save(gone := interview())
    reader = sqlite3.connect(tmp_path / "i.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM interviews").fetchall()
    with pytest.raises(StoreError, match="are deleted, but another program"):
        store.purge(id=gone.id)
    reader.close()
    assert store.purge(id=gone.id) == 0
    assert store.list("me") == []
    store.close()


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_an_address_that_cannot_be_used(url: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///path"):
        Store(url)


def test_a_server_that_does_not_answer_keeps_the_password_to_itself() -> None:
    with pytest.raises(StoreError, match="does not answer") as caught:
        Store(f"postgresql://me:{SECRET}@127.0.0.1:1/none")
    assert SECRET not in str(caught.value)


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    Store(address(tmp_path / "new" / "i.db")).close()
    assert (tmp_path / "new" / "i.db").stat().st_mode & 0o777 == 0o600
