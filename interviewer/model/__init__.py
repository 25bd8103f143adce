"""The model engine: questions and critiques from an OpenAI-compatible endpoint, verified in code."""

from interviewer.model.check import EndpointCheck
from interviewer.model.engine import ModelEngine
from interviewer.model.question import QuestionStream
from interviewer.model.verify import checked_answer, true_quote, verified_critique

__all__ = [
    "EndpointCheck",
    "ModelEngine",
    "QuestionStream",
    "checked_answer",
    "true_quote",
    "verified_critique",
]
