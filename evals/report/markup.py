"""Markdown in which untrusted words stay words: no element, link, mention or reference comes of them."""

from __future__ import annotations

import html as entities
import re
import textwrap
from collections.abc import Iterable, Sequence

from evals.report.words import clean

WIDE = 100
_ACTIVE = re.compile(r"[^\w\s.,;:()/+'-]|(?<![^\W_])_|_(?![^\W_])", re.ASCII)
_REFERENCES = re.compile(r"([@#!~%&$^:]|\bGH-)(?=\w)|:(?=//)|\bwww(?=\.)", re.IGNORECASE)
_APART = "\u200b"


def inline(text: str) -> str:
    """One line of untrusted words as Markdown that shows just these words, also in a table.

    Servers look for mentions, references and addresses after Markdown is done with a text, so an unseen space
    stands in each of them.
    """
    flat = _REFERENCES.sub(lambda found: found[0] + _APART, " ".join(clean(text).split()))
    return _ACTIVE.sub(lambda found: found[0] if found[0] > "~" else f"&#{ord(found[0])};", flat)


def block(*lines: str) -> str:
    """Lines of untrusted words: an HTML block that Markdown leaves alone until it closes."""
    wrapped = [
        part
        for line in "\n".join(lines).split("\n")
        for part in textwrap.wrap(clean(line), WIDE, subsequent_indent="  ") or [""]
    ]
    text = entities.escape("\n".join(wrapped)).replace("@", "&#64;")
    return f"<pre><code>{text}</code></pre>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def details(summary: str, *blocks: str) -> str:
    """Blocks of Markdown under a summary that unfolds."""
    return "\n\n".join([f"<details><summary>{summary}</summary>", *blocks, "</details>"])
