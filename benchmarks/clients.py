"""The least that a replay through the clients takes: `python -m benchmarks.clients FOLDER`.

The bodies of the corpus' recordings, streamed through LangChain's and OpenAI's clients, in as many processes
as there are cores, and nothing else: no prompt is rendered, no reply judged, nothing looked up, graded or
stored.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path


def stream(bodies: Sequence[bytes]) -> int:
    """Stream the bodies.

    Args:
        bodies: of streamed chat completions.

    Returns:
        How many characters the answers have.
    """
    import httpx2
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    left = iter(bodies)

    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=next(left))

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    chat = ChatOpenAI(
        model="recorded", base_url="http://replay.invalid/v1", api_key=SecretStr("none"), http_client=client
    )
    return sum(len(str(chunk.text)) for _ in bodies for chunk in chat.stream("a question"))


def main(folder: Path) -> None:
    """Stream all recordings of a folder."""
    import langchain_openai  # noqa: F401 - before the processes part, so that it is read once

    from evals.tape.recording import read_recording

    bodies = [read_recording(path).response.body for path in sorted(folder.glob("recordings/*/*/*/*.json"))]
    cores = os.cpu_count() or 1
    parts = [bodies[start::cores] for start in range(cores)]
    how = "fork" if sys.platform == "linux" else None
    with multiprocessing.get_context(how).Pool(cores) as pool:
        print(sum(pool.map(stream, parts)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
