import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from interviewer.errors import IndexStoreError, SettingsError
from knowledge import GuidanceIndex, SyncReport, load_cards, open_index

FEW = load_cards()[:3]


class Embeddings(BaseHTTPRequestHandler):
    """Answers with letter counts; refuses while `refuse` is set."""

    refuse = False

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        rows = [[1 + text.lower().count(chr(97 + at)) for at in range(26)] for text in asked["input"]]
        data = [{"object": "embedding", "index": at, "embedding": row} for at, row in enumerate(rows)]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        answer = {"object": "list", "data": data, "model": asked["model"], "usage": usage}
        body = json.dumps(answer if not Embeddings.refuse else {"error": {"message": "no"}}).encode()
        self.send_response(401 if Embeddings.refuse else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Embeddings, "refuse", False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Embeddings)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


def opened(folder: Path, endpoint: str, model: str = "letters") -> GuidanceIndex:
    return open_index(
        folder=folder, cards=FEW, embedding="openai", base_url=endpoint, api_key="k", embedding_model=model
    )


def test_an_endpoints_embeddings_are_used_and_kept(endpoint: str, tmp_path: Path) -> None:
    index = opened(tmp_path / "index", endpoint)
    assert index.report == SyncReport(added=3)
    assert index.search("robot", 1)[0].id == "link-personal-and-professional"
    assert index.notice == ""
    index.close()
    again = opened(tmp_path / "index", endpoint)
    assert again.report == SyncReport(unchanged=3)
    again.close()
    other = opened(tmp_path / "index", endpoint, "other-letters")
    assert other.report == SyncReport(added=3, rebuilt_reason="another embedding was chosen")
    other.close()


def test_when_the_endpoint_refuses_keywords_are_searched(endpoint: str, tmp_path: Path) -> None:
    index = opened(tmp_path / "index", endpoint)
    Embeddings.refuse = True
    assert index.search("robot", 1)[0].id == "link-personal-and-professional"
    assert "keywords only" in index.notice
    index.close()


def test_building_without_the_endpoint_is_one_line(endpoint: str, tmp_path: Path) -> None:
    Embeddings.refuse = True
    with pytest.raises(IndexStoreError, match="Check the endpoint and the key") as caught:
        opened(tmp_path / "index", endpoint)
    assert "\n" not in str(caught.value)


def test_the_model_has_to_be_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="INTERVIEWER_EMBEDDING_MODEL"):
        opened(tmp_path / "index", "http://127.0.0.1:9", "")
