"""The critique: builds its prompt and its JSON schema, asks, and repairs once."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from interviewer.errors import EndpointError
from interviewer.model import budget, faults
from interviewer.model.client import untraced
from interviewer.model.usage import add_usage, read_usage
from interviewer.schema import Critique, Setup, Usage

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_openai import ChatOpenAI

    from interviewer.model.price import Price
    from interviewer.settings import Settings
    from knowledge import Rubric
    from prompts.templates import Prompt, Rendered

SCHEMA_NAME = "critique"
_SEEN = ("met", "partly")


class _Answer(BaseModel):
    """Base of the answer's parts: what a weaker server adds is ignored."""

    model_config = ConfigDict(extra="ignore")


class _Evidence(_Answer):
    quote: str
    met: list[str] = Field(default_factory=list)
    partly: list[str] = Field(default_factory=list)


class _Pitfall(_Answer):
    quote: str
    id: str


class _Critique(_Answer):
    evidence: list[_Evidence]
    wrong: list[str] = Field(default_factory=list)
    pitfalls: list[_Pitfall] = Field(default_factory=list)
    stronger_answer: str = ""


def critique_schema(rubric: Rubric, *, changes: bool = False) -> dict[str, Any]:
    """The JSON schema of the model's answer, strict as OpenAI wants it: all fields required, no others.

    It goes by the candidate's words: a quote, then the criteria that it meets. So it is short (a criterion
    that is nowhere is missing, and needs no words), every verdict comes with its proof, and the proof comes
    first. Advice, cards, score and focus come from the rubric.

    Args:
        rubric: gives the ids.
        changes: the answer says only what it would change in another judge's verdicts: evidence that was
            missed, and in `wrong` the ids that the reply does not show.
    """
    criterion = {"type": "string", "enum": [item.id for item in rubric.criteria]}
    evidence = _closed(
        {
            "quote": {"type": "string"},
            "met": {"type": "array", "items": criterion, "maxItems": 3},
            "partly": {"type": "array", "items": criterion, "maxItems": 2},
        }
    )
    pitfall = {"type": "string", "enum": [item.id for item in rubric.pitfalls]}
    pitfall = _closed({"quote": {"type": "string"}, "id": pitfall})
    wrong = {"type": "array", "items": {"type": "string", "enum": list(rubric.ids)}, "maxItems": 5}
    return {
        "title": SCHEMA_NAME,
        "description": "what one reply shows",
        **_closed(
            {
                "evidence": {"type": "array", "items": evidence, "maxItems": 5},
                **({"wrong": wrong} if changes else {}),
                "pitfalls": {"type": "array", "items": pitfall, "maxItems": 2},
                "stronger_answer": {"type": "string"},
            }
        ),
    }


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _parse(text: str) -> dict[str, Any]:
    """Read an answer, also where words or a code fence surround the JSON.

    Raises:
        ValueError: there is no JSON object in it, or it lacks what matters.
    """
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end <= start:
        raise ValueError("it holds no JSON object")
    return _Critique.model_validate(json.loads(text[start : end + 1])).model_dump()


def _parse_cut(text: str) -> dict[str, Any]:
    """Read an answer that ran into its length limit in its last field: all but the stronger answer.

    Small models that say the same sentence over and over end so; what they marked before is whole.

    Raises:
        ValueError: it was cut before the stronger answer began.
    """
    from langchain_core.utils.json import parse_partial_json

    found = parse_partial_json(text[max(text.find("{"), 0) :])
    if not isinstance(found, dict) or "stronger_answer" not in found:
        raise ValueError("it ran into its length limit")
    return _Critique.model_validate(found | {"stronger_answer": ""}).model_dump()


def critique_prompt(
    prompt: Prompt,
    settings: Settings,
    rubric: Rubric,
    *,
    reply: str,
    question: str,
    setup: Setup,
    schema: dict[str, Any],
    second_opinion: Critique | None,
) -> Rendered:
    """Render the prompt: rules and rubric first, which never change, then the job, the reply last."""
    limit = settings.prompt_budget
    draft = second_opinion if prompt.meta.second_opinion else None

    def render(words: str) -> Rendered:
        return prompt.render(
            criteria=rubric.criteria,
            pitfalls=rubric.pitfalls,
            role=budget.clip(setup.role, 40),
            company=budget.clip(setup.company, 60),
            question=budget.clip(question, 100),
            reply=words,
            second_opinion=_draft(draft) if draft else "",
            marks=_marks(draft) if draft else "",
        )

    fixed = sum(budget.count(text) + 8 for _, text in render("").messages)
    room = min(int(limit * prompt.meta.share["reply"]), limit - fixed - 16)
    return render(budget.clip(reply, room, tail=0.4)).with_segments(
        schema=json.dumps(schema, sort_keys=True), sampling=prompt.sampling()
    )


def _draft(opinion: Critique) -> str:
    """Another judge's verdicts in one line, without its quotes."""
    by_verdict: dict[str, list[str]] = {}
    for name, finding in opinion.criteria.items():
        by_verdict.setdefault(finding.verdict, []).append(name)
    parts = [f"{verdict}: {', '.join(by_verdict[verdict])}" for verdict in by_verdict]
    present = ", ".join(pitfall.id for pitfall in opinion.pitfalls) or "none"
    return f"{'; '.join(parts)}; pitfalls: {present}"


def _marks(opinion: Critique) -> str:
    """What another judge sees in a reply, in one line: what it does not list is missing."""
    names = {verdict: [n for n, f in opinion.criteria.items() if f.verdict == verdict] for verdict in _SEEN}
    lists = names | {"pitfalls": [pitfall.id for pitfall in opinion.pitfalls]}
    return "; ".join(f"{verdict}: {', '.join(found) or 'none'}" for verdict, found in lists.items())


class CritiqueCall:
    """One critique: at most two requests."""

    def __init__(
        self,
        chat: ChatOpenAI,
        repair: Prompt,
        refusals: Sequence[str],
        settings: Settings,
        rubric: Rubric,
        price: Price | None,
        schema: dict[str, Any],
    ) -> None:
        """Nothing is sent until `ask`."""
        self._chat, self._repair, self._settings = chat, repair, settings
        self._rubric, self._price, self._schema = rubric, price, schema
        self._refusals = [re.compile(pattern, re.I) for pattern in refusals]

    def ask(self, rendered: Rendered) -> tuple[dict[str, Any], Usage]:
        """Get a parsed answer.

        Raises:
            EndpointError: no usable answer came, also after one repair.
        """
        messages = list(rendered.messages)
        with_schema, usage = True, None
        try:
            answer, usage = self._request(messages, with_schema=True)
        except EndpointError as error:
            if not (error.__cause__ and faults.refuses_schema(error.__cause__)):
                raise
            with_schema = False
            problem, text = "the server takes no schema", ""
        else:
            text = str(answer.text)
            try:
                return self._read(answer), usage
            except ValueError as error:
                problem = str(error).splitlines()[0]
        turns = [("assistant", budget.clip(text, 400))] if text else []
        schema = json.dumps(self._schema, separators=(",", ":"))
        more = self._repair.render(problem=problem, schema=schema).messages
        answer, second = self._request([*messages, *turns, *more], with_schema=with_schema)
        total = add_usage(usage, second) if usage else second
        try:
            return self._read(answer), total
        except ValueError as error:
            raise faults.not_schema(self._settings, str(answer.text)[:2000]) from error

    def _request(self, messages: list[tuple[str, str]], *, with_schema: bool) -> tuple[AIMessage, Usage]:
        started = time.monotonic()
        try:
            with untraced():
                if with_schema:
                    model = self._chat.with_structured_output(
                        self._schema, method="json_schema", include_raw=True, strict=True
                    )
                    answer = model.invoke(messages)["raw"]
                else:
                    answer = self._chat.invoke(messages)
        except Exception as error:
            answer = self._cut_answer(error)
        usage = read_usage(
            "critique", self._settings, self._price, answer.usage_metadata, seconds=time.monotonic() - started
        )
        return answer, usage

    def _cut_answer(self, error: Exception) -> AIMessage:
        """The answer that the OpenAI client raises for, because it ran into its length limit.

        Raises:
            EndpointError: the error means something else.
        """
        import openai
        from langchain_core.messages import AIMessage
        from langchain_core.messages.ai import UsageMetadata

        if isinstance(error, openai.ContentFilterFinishReasonError):
            raise faults.refused(self._settings) from error
        if not isinstance(error, openai.LengthFinishReasonError):
            raise faults.as_endpoint_error(error, self._settings) from error
        said, used = error.completion, error.completion.usage
        tokens = used and UsageMetadata(
            input_tokens=used.prompt_tokens,
            output_tokens=used.completion_tokens,
            total_tokens=used.total_tokens,
        )
        return AIMessage(
            said.choices[0].message.content or "",
            response_metadata={"finish_reason": "length"},
            usage_metadata=tokens,
        )

    def _read(self, answer: AIMessage) -> dict[str, Any]:
        """The parsed answer.

        Raises:
            EndpointError: it is empty, a refusal or too long, which no repair helps.
            ValueError: it is not the JSON that was asked for.
        """
        text = str(answer.text)
        reason = answer.response_metadata.get("finish_reason")
        if answer.additional_kwargs.get("refusal") or reason == "content_filter":
            raise faults.refused(self._settings, text)
        if not text.strip():
            raise faults.empty(self._settings)
        if "{" not in text and any(pattern.search(text) for pattern in self._refusals):
            raise faults.refused(self._settings, text)
        if reason == "length":
            try:
                return _parse_cut(text)
            except ValueError as error:
                raise faults.not_schema(self._settings, text[:2000]) from error
        try:
            return _parse(text)
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
