"""Fakes that are public: use them in your own tests.

`FakeEndpoint` is a fake. It is a real HTTP server that speaks OpenAI's chat-completions API, but no model is
behind it: it says what a test told it to say, and its words mean nothing.
"""

from interviewer.testing.answers import critique_answer, question_answer
from interviewer.testing.endpoint import FakeEndpoint
from interviewer.testing.script import Answer, Recorded, fault

__all__ = ["Answer", "FakeEndpoint", "Recorded", "critique_answer", "fault", "question_answer"]
