"""Records a plan: the calls, a few at a time, each answer kept at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from evals.asking import Asker
from evals.cost import most_tokens, prompt_tokens, used_tokens
from evals.endpoint import Endpoint
from evals.judging import Judge
from evals.judgments import judge_library
from evals.parts import Parts
from evals.places import Places, read_model
from evals.planning import Job, Plan, plan
from evals.result import CaseResult
from evals.run import library_of, parts_of
from evals.tape.library import Library
from evals.tape.recording import Answered
from evals.tape.request import Sent
from evals.tape.transport import BrokenOffError, RecordTransport
from interviewer.errors import Fault, InputError, InterviewerError

__all__ = ["BudgetSpentError", "Done", "Job", "Plan", "Recorder", "plan"]

TRIES = 5
LONGEST_WAIT = 120.0
TRANSIENT = (Fault.RATE_LIMITED, Fault.SERVER, Fault.TIMEOUT, Fault.CUT)
HOPELESS = (Fault.AUTH, Fault.MODEL_MISSING, Fault.NO_ROUTE)
Ask = Callable[[Job], CaseResult]


class BudgetSpentError(InterviewerError):
    """The tokens that may be used are used."""


@dataclass
class Done:
    """What came of recording: how many calls, tokens, and what stopped it before the end, in a line."""

    recorded: int = 0
    cases: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    stopped: str = ""
    failed: list[str] = field(default_factory=list)


class Recorder:
    """Records a plan with a few calls at a time.

    Args:
        work: the plan.
        places: the evals folder.
        endpoint: where to ask.
        concurrency: calls at once.
        most_tokens: tokens, read and written together, that may be used; 0 for no limit.
        tell: called after each case with its result.
    """

    def __init__(
        self,
        work: Plan,
        places: Places,
        endpoint: Endpoint,
        *,
        concurrency: int = 2,
        most_tokens: int = 0,
        tell: Callable[[CaseResult], None] = lambda _result: None,
    ) -> None:
        self._work, self._places, self._endpoint = work, places, endpoint
        self._concurrency, self._most = max(1, concurrency), most_tokens
        self._tell = tell
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._reserved = 0
        self._local = threading.local()
        self._libraries: dict[str, Library] = {}
        self._inner = endpoint.transport()
        self.done = Done()

    def run(self) -> Done:
        """Record. Ctrl-C, a spent budget or a hopeless endpoint ends it; what was recorded stays.

        Raises:
            KeyboardInterrupt: after the calls in flight have been kept.
        """
        jobs = iter(self._work.jobs)
        pending: set[Future[None]] = set()
        with ThreadPoolExecutor(self._concurrency, thread_name_prefix="record") as pool:
            try:
                while not self._stop.is_set():
                    while len(pending) < self._concurrency and (job := next(jobs, None)):
                        pending.add(pool.submit(self._one, job))
                    if not pending:
                        break
                    finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                    for each in finished:
                        each.result()
            finally:
                self._stop.set()
                wait(pending)
                self._inner.close()
                self.done.recorded = sum(each.added for each in self._libraries.values())
        return self.done

    def _one(self, job: Job) -> None:
        if self._stop.is_set():
            return
        ask, tape = self._asker(job)
        for attempt in range(1, TRIES + 1):
            try:
                result = self._tried(ask, job)
            except InterviewerError as error:
                self._end(str(error))
                return
            if result is not None and tape.failed is None:
                with self._lock:
                    self.done.cases += 1
                    self._tell(result)
                return
            fault = tape.failed or Fault.OTHER
            if fault in HOPELESS:
                self._end(
                    f"The endpoint cannot be used ({fault}): check --endpoint, --model and OPENAI_API_KEY."
                )
                return
            if fault not in TRANSIENT or attempt == TRIES:
                self.done.failed.append(f"{job.suite.suite}, {job.asked.case.id}: {fault}")
                return
            if self._stop.wait(_pause(attempt, tape)):
                return

    def _tried(self, ask: Ask, job: Job) -> CaseResult | None:
        """The case's result, or None where it was broken off after an answer that could not be had."""
        try:
            return ask(job)
        except BrokenOffError:
            return None

    def _end(self, why: str) -> None:
        with self._lock:
            self.done.stopped = self.done.stopped or why
        self._stop.set()

    def _asker(self, job: Job) -> tuple[Ask, RecordTransport]:
        """This thread's asker for a suite, and its tape: one of its own, over the suite's one library."""
        kept: dict[tuple[str, str], tuple[Ask, RecordTransport]] = self._local.__dict__.setdefault(
            "askers", {}
        )
        key = job.suite.suite, job.rubric
        if key not in kept:
            kept[key] = self._judge(job) if job.rubric else self._interviewer(job)
        return kept[key]

    def _interviewer(self, job: Job) -> tuple[Ask, RecordTransport]:
        suite, work = job.suite, self._work
        tape = self._tape(
            suite.suite, lambda: library_of(self._places, work.model, work.prompt_set, suite.suite)
        )
        parts = parts_of(suite, self._places, work.prompt_set)
        model = read_model(self._places.recordings / work.model / "model.json")
        asker = Asker(
            suite, parts, tape, model, base_url=self._endpoint.base_url, api_key=self._endpoint.key,
            timeout=self._endpoint.timeout,
        )  # fmt: skip
        return lambda each: asker.ask(each.asked, each.sample), tape

    def _judge(self, job: Job) -> tuple[Ask, RecordTransport]:
        suite, model = job.suite, self._work.model
        tape = self._tape(suite.suite, lambda: judge_library(self._places, model, suite.suite))
        judge = Judge(
            suite.judge, self._places, Parts(self._places, job.rubric).rubric, tape, model,
            base_url=self._endpoint.base_url, api_key=self._endpoint.key, timeout=self._endpoint.timeout,
        )  # fmt: skip
        return lambda each: judge.ask(suite.suite, each.asked.case), tape

    def _tape(self, name: str, library: Callable[[], Library]) -> RecordTransport:
        with self._lock:
            if name not in self._libraries:
                self._libraries[name] = library()
        return RecordTransport(
            self._libraries[name], self._inner, self._endpoint.made, self._lock, allow=self._allow,
            told=self._told, secrets=self._endpoint.secrets(),
        )  # fmt: skip

    def _allow(self, sent: Sent) -> None:
        """Called before a request goes out.

        Raises:
            BudgetSpentError: it might take more tokens than are left.
            InputError: recording has been stopped meanwhile.
        """
        need = prompt_tokens(sent) + most_tokens(sent)
        with self._lock:
            used = self.done.prompt_tokens + self.done.completion_tokens
            if self._stop.is_set():
                raise InputError("Recording was stopped.")
            if self._most and used + self._reserved + need > self._most:
                raise BudgetSpentError(
                    f"The next call might pass the limit of {self._most:,} tokens ({used:,} are used). "
                    "What is recorded is kept; run it again with a higher --max-tokens-total."
                )
            self._reserved += need

    def _told(self, sent: Sent, answered: Answered | None) -> None:
        """Called when an answer came, or none. One whose tokens are not reported counts as the longest."""
        longest = prompt_tokens(sent), most_tokens(sent)
        with self._lock:
            self._reserved -= sum(longest)
            if answered is None:
                return
            tokens = used_tokens(answered) or (longest if answered.status == 200 else (0, 0))
            self.done.prompt_tokens += tokens[0]
            self.done.completion_tokens += tokens[1]


def _pause(attempt: int, tape: RecordTransport) -> float:
    """Seconds to wait: what the endpoint asked for, else longer each time."""
    return min(LONGEST_WAIT, 2.0**attempt if tape.retry_after is None else tape.retry_after)
