"""Records what is not recorded yet: first the plan and its cost, then the calls, each kept at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from evals.asking import Asker
from evals.cases import Asked, cases_of, judge_cases
from evals.cost import cost_of, most_tokens, prompt_tokens, used_tokens
from evals.endpoint import Endpoint
from evals.judging import Judge, judge_library, judgments_of
from evals.parts import Parts
from evals.places import BASE, Places, read_model
from evals.result import CaseResult, Cost, State
from evals.run import Which, library_of, parts_of, run_suite
from evals.suite import Suite, load_suite
from evals.tape.library import Library
from evals.tape.recording import Answered
from evals.tape.request import Sent
from evals.tape.transport import RecordTransport, ReplayTransport, Seen
from interviewer.errors import Fault, InputError, InterviewerError

TRIES = 5
LONGEST_WAIT = 120.0
TRANSIENT = {
    Fault.RATE_LIMITED.value,
    Fault.SERVER.value,
    Fault.TIMEOUT.value,
    Fault.CUT.value,
    Fault.EMPTY.value,
}
HOPELESS = {Fault.AUTH.value, Fault.MODEL_MISSING.value, Fault.NO_ROUTE.value}


class BudgetSpentError(InterviewerError):
    """The tokens that may be used are used."""


@dataclass(frozen=True)
class Job:
    """One sample of one case that is to be recorded."""

    suite: Suite
    asked: Asked
    sample: int
    state: State
    judge: bool = False


@dataclass
class Plan:
    """What is to be recorded.

    Args:
        jobs: a sample of a case each.
        cost: what they take.
        model: the model's folder.
        prompt_set: `base` or a candidate's name.
    """

    jobs: list[Job]
    cost: Cost
    model: str
    prompt_set: str = BASE


@dataclass
class Done:
    """What came of recording: how many calls, tokens, and what stopped it before the end, in a line."""

    recorded: int = 0
    cases: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    stopped: str = ""
    failed: list[str] = field(default_factory=list)


def plan(
    suites: Sequence[str], places: Places, model: str, prompt_set: str = BASE, only: Sequence[State] = ()
) -> Plan:
    """What of the suites is not recorded.

    Args:
        suites: names.
        places: the evals folder.
        model: the model's folder.
        prompt_set: `base` or a candidate's name.
        only: STALE or MISSING; both where empty.
    """
    wanted = set(only) or {State.STALE, State.MISSING}
    jobs: list[Job] = []
    lacking: list[Seen] = []
    library = None
    for name in suites:
        suite = load_suite(name, places.suites)
        if suite.live:
            continue
        found = (
            _judge_jobs(suite, places, model)
            if suite.subject == "judge"
            else _jobs(suite, places, model, prompt_set)
        )
        for job, seen, library in found:  # noqa: B007 - the last one is what costs are estimated by
            if job.state in wanted:
                jobs.append(job)
                lacking.append(seen)
    cost = cost_of(lacking, library) if library is not None else Cost()
    return Plan(jobs, cost, model, prompt_set)


Found = Iterator[tuple[Job, Seen, Library]]


def _jobs(suite: Suite, places: Places, model: str, prompt_set: str) -> Found:
    parts = parts_of(suite, places, prompt_set)
    tape = ReplayTransport(library_of(places, model, prompt_set, suite.suite))
    asker = Asker(suite, parts, tape, read_model(places.recordings / model / "model.json"))
    for asked in cases_of(suite, places, list(parts.personas)):
        for sample in range(suite.repeats):
            result = asker.ask(asked, sample)
            if result.state not in (State.FRESH, State.LIVE):
                yield Job(suite, asked, sample, _to_do(result.state)), tape.seen[-1], tape.library
    asker.close()


def _judge_jobs(suite: Suite, places: Places, model: str) -> Found:
    parts = Parts(places)
    tape = ReplayTransport(judge_library(places, model, suite.suite))
    judge = Judge(suite.judge, places, parts.rubric, tape, model)
    for asked in [*judge_cases(suite, parts), *to_judge(suite, places, model)]:
        result = judge.ask(suite.suite, asked.case)
        if result.state not in (State.FRESH, State.LIVE):
            yield Job(suite, asked, 0, _to_do(result.state), judge=True), tape.seen[-1], tape.library
    judge.close()


def _to_do(state: State) -> State:
    """A damaged recording is to be made again like one that is not there."""
    return State.MISSING if state is State.TAMPERED else state


def to_judge(suite: Suite, places: Places, model: str) -> Iterator[Asked]:
    """What the judge is asked about recorded answers, of every prompt set."""
    for path in sorted(places.suites.glob("*.yaml")):
        other = load_suite(path.stem, places.suites)
        if suite.suite not in other.judges:
            continue
        for prompt_set in places.prompt_sets():
            if places.recorded(model, prompt_set, other.suite).is_dir():
                (run,) = run_suite(other, places, Which(prompt_set=prompt_set, embedded=False), model)
                yield from (Asked(case) for _, case in judgments_of(other, run))


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
            except KeyboardInterrupt:
                self._stop.set()
                raise
            finally:
                self._stop.set()
                wait(pending)
        return self.done

    def _one(self, job: Job) -> None:
        if self._stop.is_set():
            return
        asker = self._asker(job)
        for attempt in range(1, TRIES + 1):
            try:
                result = asker(job)
            except InterviewerError as error:
                self._end(str(error))
                return
            fault = self._fault(result)
            if fault in HOPELESS:
                self._end(
                    f"The endpoint cannot be used ({fault}): check --endpoint, --model and OPENAI_API_KEY."
                )
                return
            if fault not in TRANSIENT:
                break
            if attempt == TRIES or self._stop.wait(self._pause(attempt)):
                self.done.failed.append(f"{job.suite.suite}, {result.id}: {fault}")
                return
        with self._lock:
            self.done.cases += 1
            self._tell(result)

    def _end(self, why: str) -> None:
        with self._lock:
            self.done.stopped = self.done.stopped or why
        self._stop.set()

    def _fault(self, result: CaseResult) -> str:
        return result.output.fault if result.output else ""

    def _pause(self, attempt: int) -> float:
        """Seconds to wait: what the endpoint asked for, else longer each time."""
        asked = getattr(self._local, "retry_after", None)
        return min(LONGEST_WAIT, asked if asked is not None else 2.0**attempt)

    def _asker(self, job: Job) -> Callable[[Job], CaseResult]:
        """This thread's asker for a suite: it has a tape of its own, over the suite's one library."""
        kept: dict[str, Callable[[Job], CaseResult]] = self._local.__dict__.setdefault("askers", {})
        if job.suite.suite not in kept:
            kept[job.suite.suite] = self._judge(job) if job.judge else self._interviewer(job)
        return kept[job.suite.suite]

    def _interviewer(self, job: Job) -> Callable[[Job], CaseResult]:
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
        return lambda each: asker.ask(each.asked, each.sample)

    def _judge(self, job: Job) -> Callable[[Job], CaseResult]:
        suite, model = job.suite, self._work.model
        tape = self._tape(suite.suite, lambda: judge_library(self._places, model, suite.suite))
        judge = Judge(
            suite.judge, self._places, Parts(self._places).rubric, tape, model,
            base_url=self._endpoint.base_url, api_key=self._endpoint.key,
        )  # fmt: skip

        return lambda each: judge.ask(suite.suite, each.asked.case)

    def _tape(self, name: str, library: Callable[[], Library]) -> RecordTransport:
        with self._lock:
            if name not in self._libraries:
                self._libraries[name] = library()
        return RecordTransport(
            self._libraries[name], self._inner, self._endpoint.made, self._lock, allow=self._allow,
            told=self._told,
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
        """Called when an answer came, or none."""
        with self._lock:
            self._reserved -= prompt_tokens(sent) + most_tokens(sent)
            if answered is None:
                return
            tokens = used_tokens(answered) or (0, 0)
            self.done.prompt_tokens += tokens[0]
            self.done.completion_tokens += tokens[1]
            self.done.recorded += answered.status == 200
        wait_for = answered.headers.get("retry-after", "")
        self._local.retry_after = float(wait_for) if wait_for.replace(".", "", 1).isdigit() else None
