"""The embedded judge: a deterministic critique of a reply, with no model and no network."""

from interviewer.judge.judge import EmbeddedJudge

__all__ = ["EmbeddedJudge"]
