"""The store on a real SQLite file and a real PostgreSQL server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from postgres import cluster
from sqlalchemy import create_engine, make_url, text
from store_samples import critique, interview, turn

from interviewer.errors import NotFoundError
from interviewer.schema import Interview, Turn
from interviewer.store import Store


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'interviews.db'}"
    server: str = request.getfixturevalue("server")
    engine = create_engine(
        make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return server


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store(url)
    yield store
    store.close()


def query(url: str, sql: str) -> list[tuple[object, ...]]:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(sql))]
    engine.dispose()
    return found


def test_every_field_comes_back(store: Store) -> None:
    saved = interview(turns=2)
    store.save(saved)
    loaded = store.load(saved.id)
    assert loaded == saved
    assert list(loaded.turns[0].critique.criteria) == list(critique().criteria)  # type: ignore[union-attr]


def test_defaults_come_back(store: Store) -> None:
    saved = interview(turns=0, debrief=None)
    saved.turns.append(turn(1, reply=None))
    store.save(saved)
    assert store.load(saved.id) == saved


def test_times_come_back_in_utc(store: Store) -> None:
    saved = interview()
    store.save(saved)
    loaded = store.load(saved.id)
    assert loaded.created == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert loaded.created.utcoffset() == loaded.turns[0].replied_at.utcoffset() == timedelta(0)  # type: ignore[union-attr]
    assert loaded.turns[0].replied_at.microsecond == 123456  # type: ignore[union-attr]


@pytest.mark.parametrize("reply", ["", "🙂 目標 \u202e\u0301", "'; DROP TABLE turns; --", "word " * 20_000])
def test_any_words_come_back(store: Store, reply: str) -> None:
    saved = interview(turns=0)
    saved.turns.append(turn(1, reply=reply))
    store.save(saved)
    assert store.load(saved.id).turns[0].reply == reply


def test_a_nul_is_replaced_in_both_databases(store: Store) -> None:
    saved = interview()
    saved.setup.role = "a\x00b"
    saved.turns[0].critique.notes = ["c\x00d"]  # type: ignore[union-attr]
    store.save(saved)
    loaded = store.load(saved.id)
    assert loaded.setup.role == "a\ufffdb"
    assert loaded.turns[0].critique.notes == ["c\ufffdd"]  # type: ignore[union-attr]


def test_saving_again_replaces_turns(store: Store) -> None:
    saved = interview(turns=3)
    store.save(saved)
    shorter = saved.model_copy(update={"turns": saved.turns[:1], "debrief": None})
    store.save(shorter)
    assert store.load(saved.id) == shorter


def test_list_is_the_owners_newest_first_and_limited(store: Store) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    mine = [interview("me", turns=i, created=start + timedelta(days=i)) for i in range(3)]
    for one in [*mine, interview("you")]:
        store.save(one)
    assert store.list("me") == mine[::-1]
    assert store.list("me", limit=1) == mine[:1:-1]
    assert [one.owner for one in store.list("you")] == ["you"]
    assert store.list("*") == []


def test_load_may_be_scoped_to_an_owner(store: Store) -> None:
    saved = interview("me")
    store.save(saved)
    assert store.load(saved.id, owner="me") == saved
    with pytest.raises(NotFoundError):
        store.load(saved.id, owner="you")


def test_unknown_ids_are_not_found(store: Store) -> None:
    store.save(saved := interview())
    for call in (
        lambda: store.load("none"),
        lambda: store.delete("none"),
        lambda: store.undo_delete(saved.id),
        lambda: store.save_turn("none", turn()),
        lambda: store.update("none", lambda same: same),
        lambda: store.update_turn("none", 1, lambda same: same),
        lambda: store.update_turn(saved.id, 9, lambda same: same),
    ):
        with pytest.raises(NotFoundError):
            call()  # type: ignore[no-untyped-call]


def test_save_turn_adds_and_replaces(store: Store) -> None:
    saved = interview(turns=1, updated=datetime(2026, 1, 1, tzinfo=UTC))
    store.save(saved)
    store.save_turn(saved.id, turn(2))
    store.save_turn(saved.id, turn(1, reply="Another."))
    loaded = store.load(saved.id)
    assert loaded.turns == [turn(1, reply="Another."), turn(2)]
    assert loaded.updated > saved.updated


def test_two_workers_write_different_parts_of_a_turn(store: Store) -> None:
    saved = interview(turns=0)
    saved.turns.append(Turn(number=1, question=turn().question, reply="Yes."))
    store.save(saved)
    start = threading.Barrier(2)
    failed: list[BaseException] = []

    def asks(one: Turn) -> Turn:
        one.question.text += "?"
        return one

    def judges(one: Turn) -> Turn:
        one.filled_blanks[str(len(one.filled_blanks))] = "x"
        return one

    def work(change: object) -> None:
        try:
            start.wait()
            for _ in range(25):
                store.update_turn(saved.id, 1, change)  # type: ignore[arg-type]
        except BaseException as error:
            failed.append(error)

    workers = [threading.Thread(target=work, args=(change,)) for change in (asks, judges)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    loaded = store.load(saved.id).turns[0]
    assert loaded.question.text.endswith("?" * 26)
    assert len(loaded.filled_blanks) == 25


def test_many_threads_change_one_interview(store: Store) -> None:
    saved = interview(turns=0)
    store.save(saved)

    def add(one: Interview) -> Interview:
        return one.model_copy(update={"turns": [*one.turns, turn(len(one.turns) + 1)]})

    workers = [
        threading.Thread(target=lambda: [store.update(saved.id, add) for _ in range(3)]) for _ in range(6)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [one.number for one in store.load(saved.id).turns] == list(range(1, 19))


def test_a_change_that_fails_writes_nothing(store: Store) -> None:
    store.save(saved := interview())

    def fail(one: Interview) -> Interview:
        one.status = "open"
        raise KeyError("no")

    with pytest.raises(KeyError):
        store.update(saved.id, fail)
    with pytest.raises(ValueError, match="another id"):
        store.update(saved.id, lambda one: one.model_copy(update={"id": "other"}))
    with pytest.raises(ValueError, match="another number"):
        store.update_turn(saved.id, 1, lambda one: one.model_copy(update={"number": 2}))
    assert store.load(saved.id) == saved


def test_delete_hides_and_undo_brings_back(store: Store) -> None:
    store.save(saved := interview())
    store.delete(saved.id)
    with pytest.raises(NotFoundError):
        store.load(saved.id)
    with pytest.raises(NotFoundError):
        store.delete(saved.id)
    assert store.list("me") == []
    store.update_turn(saved.id, 1, lambda one: one.model_copy(update={"thumb": "down"}))
    store.undo_delete(saved.id)
    assert store.load(saved.id).turns[0].thumb == "down"


def test_purge_chooses(store: Store) -> None:
    def ids() -> set[str]:
        return {one.id for owner in ("me", "you") for one in store.list(owner)}

    a, b, c, d = (interview(owner) for owner in ("me", "me", "you", "you"))
    for one in (a, b, c, d):
        store.save(one)
    assert store.purge() == 0
    store.delete(a.id)
    assert store.purge(deleted_before=datetime(2026, 1, 1, tzinfo=UTC)) == 0
    assert store.purge() == 1
    with pytest.raises(NotFoundError):
        store.undo_delete(a.id)
    assert store.purge(id=c.id) == 1
    assert ids() == {b.id, d.id}
    assert store.purge(owner="me") == 1
    assert ids() == {d.id}


def test_coaches_can_query(store: Store, url: str) -> None:
    store.save(saved := interview(turns=2))
    found = query(url, "SELECT turn, verdict FROM findings WHERE point = 'measurable' ORDER BY turn")
    assert found == [(1, "missing"), (2, "missing")]
    sql = (
        "SELECT persona, role, mode, overall, critique_engine FROM interviews, turns WHERE id = interview_id"
    )
    assert query(url, sql)[0] == ("mara", "Planner", "realistic", 3, "embedded")
    store.update_turn(saved.id, 2, lambda one: one.model_copy(update={"critique": None}))
    assert query(url, "SELECT count(*) FROM findings WHERE turn = 2") == [(0,)]
    store.purge(id=saved.id)
    assert query(url, "SELECT count(*) FROM findings") == query(url, "SELECT count(*) FROM turns") == [(0,)]


def test_an_absent_critique_is_sql_null(store: Store, url: str) -> None:
    saved = interview(turns=0, debrief=None)
    saved.turns.append(turn(1, reply=None))
    store.save(saved)
    sql = "SELECT count(*) FROM turns JOIN interviews ON id = interview_id"
    assert query(url, f"{sql} WHERE critique IS NULL AND debrief IS NULL") == [(1,)]


def test_size_grows(store: Store) -> None:
    before = store.size_bytes()
    assert before > 0
    for _ in range(10):
        store.save(interview(turns=5))
    assert store.size_bytes() > before


def test_two_stores_see_each_other(store: Store, url: str) -> None:
    other = Store(url)
    store.save(saved := interview())
    assert other.load(saved.id) == saved
    other.close()
