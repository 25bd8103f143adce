"""The embedded judge for runs: the same critique is asked for with every engine and every changed prompt."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from interviewer.judge import EmbeddedJudge
from interviewer.schema import Critique

MOST_REMEMBERED = 2_000


class RememberingJudge(EmbeddedJudge):
    """Judges a reply once and remembers the critique; the app's judge keeps no words of candidates."""

    def critique(self, reply: str, **about: Any) -> Critique:
        """As `EmbeddedJudge.critique`; a copy of its own for each caller."""
        asked = tuple(about.pop("asked", ()))
        return self._remembered(reply, asked=asked, **about).model_copy(deep=True)

    @functools.cached_property
    def _remembered(self) -> Callable[..., Critique]:
        return functools.lru_cache(MOST_REMEMBERED)(super().critique)
