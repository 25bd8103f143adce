import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings

from evals.retrieval.frequencies import counted
from evals.retrieval.measure import COACH, COACH_LATER, load_queries, measure
from interviewer.errors import DataFileError, IndexStoreError, InputError, SettingsError
from knowledge import Card, GuidanceIndex, SyncReport, embeddings, load_cards, open_index
from knowledge.classifier import Usual, nearest_scores
from knowledge.embeddings import FREQUENCIES, BundledEmbedding
from knowledge.keywords import KeywordIndex

CARDS = load_cards()
FEW = CARDS[:3]


def opened(folder: Path, cards: tuple[Card, ...] = FEW, **options: object) -> GuidanceIndex:
    return open_index(folder=folder, cards=cards, embedding="bundled", **options)  # type: ignore[arg-type]


def changed(card: Card, body: str) -> Card:
    return card.model_copy(update={"body": body, "hash": "changed" + card.hash[:8]})


def store(folder: Path) -> Path:
    (found,) = folder.glob("store-*")
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuidanceIndex]:
    index = opened(tmp_path_factory.mktemp("full") / "index", CARDS)
    yield index
    index.close()


def test_the_first_start_builds_with_progress_and_the_second_does_nothing(folder: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    first = opened(folder, progress=lambda done, of, title: seen.append((done, of, title)))
    assert first.report == SyncReport(added=3)
    assert seen == [(0, 3, FEW[0].title), (1, 3, FEW[1].title), (2, 3, FEW[2].title), (3, 3, "")]
    first.close()
    seen.clear()
    again = opened(folder, progress=lambda done, of, title: seen.append((done, of, title)))
    assert again.report == SyncReport(unchanged=3)
    assert seen == []
    again.close()


def test_only_what_changed_is_embedded_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(folder).close()
    embedded: list[str] = []
    plain = BundledEmbedding.__call__

    def counting(self: BundledEmbedding, input: list[str]) -> object:
        embedded.extend(input)
        return plain(self, input)

    monkeypatch.setattr(BundledEmbedding, "__call__", counting)
    new = changed(FEW[1], "Ask the beekeeper about honey.")
    index = opened(folder, (FEW[0], new, CARDS[5]))
    assert index.report == SyncReport(added=1, updated=1, removed=1, unchanged=1)
    assert "Ask the beekeeper about honey." in embedded
    assert FEW[0].title not in embedded
    best = index.search("beekeeper honey", 1)[0]
    assert (best.id, best.text) == (new.id, "Ask the beekeeper about honey.")
    assert FEW[2].id not in {hit.id for hit in index.search("life and work", 9)}
    index.close()


def test_a_card_left_half_written_is_written_again(folder: Path) -> None:
    index = opened(folder)
    index._collection.delete(ids=[f"{FEW[0].id}#1"])
    index.close()
    again = opened(folder)
    assert again.report == SyncReport(updated=1, unchanged=2)
    again.close()


@pytest.mark.parametrize("harm", ["garbage", "cut", "no database", "no tables", "empty"])
def test_a_damaged_store_is_built_anew_and_says_so(folder: Path, harm: str) -> None:
    index = opened(folder)
    index.close()
    database = store(folder) / "chroma.sqlite3"
    match harm:
        case "garbage":
            database.write_bytes(b"not a database" * 1000)
        case "cut":
            database.write_bytes(database.read_bytes()[: database.stat().st_size // 3])
        case "no database":
            (store(folder) / "left-over").write_text("x", encoding="utf-8")
            database.unlink()
        case "no tables":
            database.unlink()
            sqlite3.connect(database).close()
            (store(folder) / "left-over").write_text("x", encoding="utf-8")
        case "empty":
            database.write_bytes(b"")
    again = opened(folder)
    assert again.report.added == 3
    assert "database" in again.report.rebuilt_reason or "damaged" in again.report.rebuilt_reason
    assert again.search("robot", 1)
    assert store(folder).name == "store-2"
    again.close()
    assert opened(folder).report == SyncReport(unchanged=3)


def test_lost_vectors_are_noticed(folder: Path) -> None:
    opened(folder).close()
    with sqlite3.connect(store(folder) / "chroma.sqlite3") as connection:
        connection.execute("DELETE FROM embeddings_queue")
    connection.close()
    again = opened(folder)
    assert again.search("robot", 1)
    assert again.embedding_scores("robot").max() == 1
    again.close()


def test_a_store_of_an_older_version_is_built_anew(folder: Path) -> None:
    index = opened(folder)
    index._collection.modify(metadata={"schema": 0, "embedding": BundledEmbedding().key()})
    index.close()
    again = opened(folder)
    assert again.report == SyncReport(
        added=3, rebuilt_reason="the guidance collection was of an older version"
    )
    again.close()


def test_another_embedding_builds_anew(folder: Path) -> None:
    (folder / "store-1").mkdir(parents=True)
    client = chromadb.PersistentClient(str(folder / "store-1"), settings=Settings(anonymized_telemetry=False))
    other = client.create_collection(
        "guidance", embedding_function=None, metadata={"schema": 1, "embedding": "interviewer-wordllama-64"}
    )
    other.add(ids=["a#0"], embeddings=[[0.5] * 64], metadatas=[{"card": "a", "hash": "b", "of": 1}])
    client.close()
    index = opened(folder)
    assert index.report == SyncReport(added=3, rebuilt_reason="another embedding was chosen")
    assert index.search("robot", 1)
    index.close()


def test_threads_may_open_and_search_the_same_folder(folder: Path) -> None:
    reports: list[SyncReport] = []
    faults: list[Exception] = []
    found: set[str] = set()

    def work() -> None:
        try:
            index = opened(folder)
            reports.append(index.report)
            for _ in range(20):
                found.add(index.search("I feel like a robot", 1)[0].id)
            index.close()
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(report.added for report in reports) == [0, 0, 0, 3]
    assert found == {"link-personal-and-professional"}


_OTHER_PROCESS = """
import sys
from pathlib import Path
from knowledge import load_cards, open_index
index = open_index(folder=Path(sys.argv[1]), cards=load_cards()[:3], embedding="bundled")
print(index.report.added, index.search("robot", 1)[0].id)
"""


def test_processes_may_open_the_same_folder(folder: Path) -> None:
    command = [sys.executable, "-c", _OTHER_PROCESS, str(folder)]
    root = Path(__file__).parents[1]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) for _ in range(2)]
    said = sorted(process.communicate(timeout=120)[0].strip() for process in started)
    assert said == ["0 link-personal-and-professional", "3 link-personal-and-professional"]


def test_a_lock_that_is_held_is_not_waited_for_forever(folder: Path) -> None:
    from knowledge.folder_lock import folder_lock

    with (
        folder_lock(folder),
        pytest.raises(IndexStoreError, match="still building"),
        folder_lock(folder, wait=0.1),
    ):
        pass


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(IndexStoreError) as caught:
        opened(tmp_path / "file" / "index")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("k", "count"), [(1, 1), (3, 3), (500, 23)])
def test_k_is_clipped(full: GuidanceIndex, k: int, count: int) -> None:
    hits = full.search("how do I begin my answer", k)
    assert len(hits) == count
    assert len({hit.id for hit in hits}) == count
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.score <= 1 for hit in hits)


@pytest.mark.parametrize("query", ["", "   \n\t"])
def test_an_empty_query_is_refused(full: GuidanceIndex, query: str) -> None:
    with pytest.raises(InputError):
        full.search(query)


def test_no_cards_cannot_be_asked_for(full: GuidanceIndex) -> None:
    with pytest.raises(InputError):
        full.search("pay", 0)


@pytest.mark.parametrize(
    "query", ["the of and", "🙂🙂🙂", "我想成为经理", "\x00\x01", "' OR 1=1 --", "a" * 5000]
)
def test_odd_queries_give_cards(full: GuidanceIndex, query: str) -> None:
    assert len(full.search(query)) == 3


def test_of_a_very_long_query_beginning_and_end_count(full: GuidanceIndex) -> None:
    filler, pay = " and so it went on" * 20_000, "salary bonus pay wages"

    def place(query: str) -> int:
        return [hit.id for hit in full.search(query, 23)].index("avoid-money")

    assert place(pay + filler) < place(filler + pay + filler)
    assert place(filler + pay) < place(filler + pay + filler)


def test_cards_that_serve_the_focus_move_up(full: GuidanceIndex) -> None:
    query = "I want to become a team leader"
    plain = [hit.id for hit in full.search(query, 23)]
    aimed = [hit.id for hit in full.search(query, 23, serves=["timely"])]
    assert aimed.index("time-horizon") < plain.index("time-horizon")


def test_a_closed_index_says_so(folder: Path) -> None:
    index = opened(folder)
    index.close()
    with pytest.raises(IndexStoreError, match="closed"):
        index.search("pay")


def test_without_embeddings_keywords_are_searched_and_it_is_said(folder: Path) -> None:
    index = opened(folder)
    index._client.delete_collection("guidance")
    assert index.search("robot", 1)[0].id == "link-personal-and-professional"
    assert "keywords only" in index.notice
    index.close()


def test_the_search_finds_what_it_should(full: GuidanceIndex) -> None:
    queries = load_queries()
    ids = {card.id for card in CARDS}
    assert len(queries) >= 80
    assert {id for query in queries for id in query.expected} == ids
    held_out = [query for query in queries if query.half == "held_out"]
    found = measure(held_out, CARDS, full.fused_scores)
    assert found.recall_3 >= 0.95 and found.recall_1 >= 0.75
    assert measure(queries, CARDS, full.fused_scores).recall_3 >= 0.95


@pytest.mark.parametrize(("written", "first", "three"), [(COACH, 0.30, 0.55), (COACH_LATER, 0.25, 0.50)])
def test_a_coach_s_short_cards_are_found_among_long_ones(
    tmp_path: Path, written: Path, first: float, three: float
) -> None:
    """Plain BM25 finds none or one of the queries' cards first. Both are far from the aim of .75."""
    cards = (*CARDS, *load_cards(written))
    index = opened(tmp_path / "both", cards)
    found = measure(load_queries(written / "queries.jsonl"), cards, index.fused_scores)
    assert found.recall_1 >= first and found.recall_3 >= three
    held_out = [query for query in load_queries() if query.half == "held_out"]
    kept = measure(held_out, cards, index.fused_scores)
    assert kept.recall_1 >= 0.90 and kept.recall_3 >= 0.95
    index.close()


def test_what_a_short_card_lacks_says_less_against_it_than_what_a_long_one_lacks() -> None:
    long = CARDS[0].model_copy(update={"terms": tuple(f"thing{n}" for n in range(500)), "body": "visa"})
    short = CARDS[1].model_copy(update={"terms": (), "body": "permit"})
    keywords = KeywordIndex([long, short])
    assert keywords.scores("thing7")[0] > 0 > keywords.scores("thing7")[1]
    assert keywords.scores("visa")[1] > keywords.scores("permit")[0], "each lacks the other's word"
    assert not keywords.scores("quixotic").any() and not KeywordIndex([]).scores("pay").size


def test_rare_words_count_alike_and_common_ones_hardly() -> None:
    both, zither, plumber, the = np.array(
        BundledEmbedding()(["zither plumber", "zither", "plumber", "the zither"])
    )
    assert both @ zither == pytest.approx(both @ plumber, abs=0.02)
    assert the @ zither > 0.99
    assert all(
        np.linalg.norm(vector) == pytest.approx(1) for vector in BundledEmbedding()(["🙂", "我", "pay"])
    )


def test_how_common_words_are_is_what_the_replies_give() -> None:
    assert FREQUENCIES.read_text(encoding="utf-8") == counted()


@pytest.mark.parametrize("text", [None, "{", '{"about": "", "per_million": {"the": "often"}}'])
def test_a_broken_list_of_words_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path, text: str | None
) -> None:
    broken = tmp_path / "word_frequencies.json"
    if text is not None:
        broken.write_text(text, encoding="utf-8")
    monkeypatch.setattr(embeddings, "FREQUENCIES", broken)
    monkeypatch.setattr(embeddings, "_weights", embeddings._weights.__wrapped__)
    monkeypatch.setattr(embeddings, "_word_vector", embeddings._word_vector.__wrapped__)
    with pytest.raises(DataFileError) as caught:
        opened(folder)
    assert "word_frequencies.json" in str(caught.value) and "\n" not in str(caught.value)


def test_a_card_alone_and_cards_alike_have_scores(tmp_path: Path) -> None:
    alone = opened(tmp_path / "one", CARDS[:1])
    assert alone.search("what pay may I ask for")[0].id == CARDS[0].id
    alone.close()
    vectors, owners = np.eye(2), np.array([0, 1])
    usual = Usual(nearest_scores(vectors, owners, 2), owners)
    assert usual.beyond(np.array([0.5, 0.2])).tolist() == [0.5, 0.2], "no spread: the scores as they are"


def test_the_queries_are_no_copies_of_what_the_cards_say() -> None:
    says = {line.lower().strip(" .?!") for card in CARDS for line in card.says}
    assert not [query for query in load_queries() if query.query.lower().strip(" .?!") in says]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = str(Path(sys.executable).with_name("chroma"))
    command = [program, "run", "--path", str(tmp_path / "server"), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(timeout=30)


def test_a_chroma_server_can_keep_the_cards(server: str, folder: Path) -> None:
    first = opened(folder, url=server)
    assert first.report == SyncReport(added=3)
    assert first.search("robot", 1)[0].id == "link-personal-and-professional"
    first.close()
    again = opened(folder, (FEW[0], changed(FEW[1], "Bees.")), url=server)
    assert again.report == replace(SyncReport(), updated=1, removed=1, unchanged=1)
    again.close()
    assert not folder.exists()


def test_a_server_that_is_not_there_is_one_line(folder: Path) -> None:
    with pytest.raises(IndexStoreError) as caught:
        opened(folder, url="http://127.0.0.1:9")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://", "http://[::1"])
def test_an_address_that_is_none_is_refused(folder: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="INTERVIEWER_CHROMA_URL"):
        opened(folder, url=url)


def test_a_copied_folder_works(folder: Path, tmp_path: Path) -> None:
    opened(folder).close()
    shutil.copytree(folder, tmp_path / "copy")
    index = opened(tmp_path / "copy")
    assert index.report == SyncReport(unchanged=3)
    index.close()
