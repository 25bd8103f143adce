"""A run as JUnit XML, for servers that show test results and which of them are new.

A case is a test of its suite. It fails where a score that may decide fails, and is an error where its answer
is not recorded: never a pass. Whether the whole run passes is for its gates to say, which are a suite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from xml.etree import ElementTree

from evals.report.answers import answer_text
from evals.report.view import SYNTHETIC, case_name, evidence, gates_of, headline
from evals.report.words import ANSWERED, clean, clipped, engine, known, one_line, provenance, states
from evals.result import CaseResult, GateFinding, Run, Score, SuiteRun

MOST_TEXT = 10_000


def junit(run: Run) -> str:
    """A run as JUnit XML. The answers of a fake can be lacking, but fail nothing."""
    first, gates = headline(run), gates_of(run)
    name = f"evals {run.id}, {first.word}: {first.line}"
    root = ElementTree.Element("testsuites", {"name": clean(name), "time": f"{run.seconds:.3f}"})
    root.extend(_suite(each, run) for each in run.suites)
    if gates:
        root.append(_gates(gates, run))
    for kind in ("tests", "failures", "errors"):
        root.set(kind, str(sum(int(suite.get(kind, "0")) for suite in root)))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(each: SuiteRun, run: Run) -> ElementTree.Element:
    fake = each.origin.provenance == SYNTHETIC
    said = {"engine": engine(each), "provenance": provenance(each), "known": known(each)}
    said |= {} if each.complete else {"result": "INCOMPLETE"}
    suite = _new_suite(f"{'plumbing: ' if fake else ''}{each.suite}, {each.name}", run, said)
    quiet = {metric.name for metric in each.metrics if metric.diagnostic}
    if fake:
        quiet = {score.metric for case in each.cases for score in case.scores}
    group = f"evals.{each.suite}.{each.name}"
    for case in each.cases:
        _case(suite, group, case, quiet)
    judgments = states(each.judgments)
    if judgments:
        line = f"judgments that are not recorded: {judgments}"
        _problem(_test(suite, group, "judgments"), "error", "INCOMPLETE", line, line)
    return _counted(suite)


def _case(suite: ElementTree.Element, group: str, case: CaseResult, quiet: set[str]) -> None:
    test = _test(suite, group, case_name(case))
    if case.state not in ANSWERED:
        _problem(test, "error", case.state.value, f"{case.state}: {case.why}", f"{case.state}: {case.why}")
        return
    failed = [score for score in case.scores if score.passed is False]
    deciding = [score for score in failed if score.metric not in quiet]
    if deciding:
        _problem(test, "failure", _names(deciding), _line(deciding), _body(case, deciding))
    rest = [score for score in failed if score.metric in quiet]
    if rest:
        out = ElementTree.SubElement(test, "system-out")
        out.text = clean("decides nothing:\n" + _body(case, rest))


def _names(scores: Sequence[Score]) -> str:
    return ", ".join(score.metric for score in scores)


def _line(scores: Sequence[Score]) -> str:
    return "; ".join(f"{score.metric}: {score.evidence}" for score in scores)


def _body(case: CaseResult, scores: Sequence[Score]) -> str:
    found = [f"{score.metric} fails: {evidence(score)}" for score in scores]
    prompt, answer = clipped(clean(case.prompt), MOST_TEXT), clipped(answer_text(case.output), MOST_TEXT)
    return "\n".join([*found, "", "asked and said:", prompt, "", "answer:", answer])


def _gates(gates: Sequence[GateFinding], run: Run) -> ElementTree.Element:
    suite = _new_suite("gates", run, {})
    for gate in gates:
        test = _test(
            suite, f"evals.gates.{gate.suite}.{gate.engine}", f"{gate.rule}: {gate.what or gate.line}"
        )
        if not gate.held:
            _problem(test, "failure", gate.rule, gate.line, gate.line)
    return _counted(suite)


def _new_suite(name: str, run: Run, said: Mapping[str, str]) -> ElementTree.Element:
    stamp = run.created.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    suite = ElementTree.Element("testsuite", {"name": clean(name), "timestamp": stamp})
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in {"principle": run.principle, **said}.items():
        ElementTree.SubElement(properties, "property", {"name": key, "value": clean(value)})
    return suite


def _test(suite: ElementTree.Element, group: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite, "testcase", {"classname": clean(group), "name": clean(name), "time": "0"}
    )


def _problem(test: ElementTree.Element, kind: str, type_: str, message: str, text: str) -> None:
    found = ElementTree.SubElement(test, kind, {"type": clean(type_), "message": one_line(message, 300)})
    found.text = clean(text)


def _counted(suite: ElementTree.Element) -> ElementTree.Element:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for kind in ("failure", "error"):
        suite.set(f"{kind}s", str(len(suite.findall(f"testcase/{kind}"))))
    return suite
