"""`interviewer calibrate`: from a sheet to a report and to a file that another machine takes in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from interviewer.calibration import CalibrationStore, load_replies
from interviewer.cli import calibrate
from interviewer.cli.main import app
from interviewer.errors import InputError, InterviewerError

COACH = "Ana López"


@pytest.fixture(autouse=True, scope="module")
def one_judge() -> Iterator[None]:
    """The judge is read once for all commands here."""
    original = calibrate._workshop
    found = original()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibrate, "_workshop", lambda: found)
        yield


@pytest.fixture
def kept(tmp_path: Path) -> CalibrationStore:
    return CalibrationStore(tmp_path / "home")


def run(*words: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["calibrate", *words], input=stdin, catch_exceptions=True)


def ok(*words: str, stdin: str = "") -> Result:
    result = run(*words, stdin=stdin)
    assert result.exception is None, result.exception
    return result


def refused(*words: str, stdin: str = "") -> str:
    """The one plain line of a command that is refused."""
    error = run(*words, stdin=stdin).exception
    assert isinstance(error, InterviewerError), error
    assert "\n" not in str(error)
    return str(error)


def a_sheet(folder: Path, *, rows: int = 20, less: int = 1) -> Path:
    """A filled sheet by a coach so much stricter than the judge."""
    workshop = calibrate._workshop()
    cells = list(csv.reader(io.StringIO(ok("sheet").stdout, newline="")))
    place = cells[0].index("overall")
    for row in cells[1 : rows + 1]:
        reply = workshop.replies[row[0]]
        own = workshop.judged(reply.reply, reply.question, reply.role, reply.company).overall
        assert own is not None
        row[place] = str(max(1, own - less))
    path = folder / "filled.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(cells)
    return path


def test_the_sheet_names_no_score_and_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    ok("sheet", "--out", str(path))
    text = path.read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["id"] for row in rows] == list(load_replies())
    assert all(not row["overall"] and not row["timely"] and not row["pitfalls"] for row in rows)
    path.write_text("filled in", encoding="utf-8")
    assert "is there already" in refused("sheet", "--out", str(path))
    assert path.read_text(encoding="utf-8") == "filled in"
    ok("sheet", "--out", str(path), "--force")


def test_too_few_are_kept_and_not_fitted(tmp_path: Path, kept: CalibrationStore) -> None:
    assert "7 of the 20" in refused("fit", str(a_sheet(tmp_path, rows=7)), "--coach", COACH)
    assert len(kept.load(COACH).scores) == 7
    assert "7 of 20" in ok("show", "--coach", COACH).stdout


def test_from_a_sheet_to_another_machine(
    tmp_path: Path, kept: CalibrationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = ok("fit", str(a_sheet(tmp_path)), "--coach", COACH).stdout
    assert "stricter" in out and "Distance" in out
    reply = next(iter(load_replies().values())).reply
    assert "Kept: 1" in ok("add", "--coach", COACH, "--overall", "1", stdin=reply).stderr
    file = tmp_path / "calibration.json"
    ok("export", "--coach", COACH, "--out", str(file))

    monkeypatch.setenv("INTERVIEWER_HOME", str(tmp_path / "other"))
    taken = ok("import", str(file), "--json")
    assert "fitted anew" in taken.stderr
    report = json.loads(taken.stdout)
    assert report["coach"] == COACH and report["step"] == -1 and report["overall"]["n"] == 21
    again = ok("import", str(file))
    assert len(CalibrationStore(tmp_path / "other").load(COACH).overrides) == 1, again.stderr

    data = json.loads(file.read_text(encoding="utf-8"))
    data["fit"]["rubric_hash"] = "another"
    file.write_text(json.dumps(data), encoding="utf-8")
    assert "another rubric" in ok("import", str(file)).stderr


def test_a_reply_is_judged_as_the_coach_does_and_marked(tmp_path: Path) -> None:
    ok("fit", str(a_sheet(tmp_path)), "--coach", COACH)
    text = tmp_path / "reply.txt"
    text.write_text(
        "Within three years I want to lead the ward here. First I will finish the mentoring course by May, "
        "because I trained two new nurses last year and both stayed.",
        encoding="utf-8",
    )
    own = calibrate._workshop().judged(
        text.read_text(encoding="utf-8"), "What are your career goals?", "", ""
    )
    found = json.loads(ok("show", "--coach", COACH, "--reply", str(text), "--json").stdout)
    assert own.overall is not None and found["overall"] == max(1, own.overall - 1)
    assert any(f"Overall as {COACH} scores" in note for note in found["notes"])
    same = tmp_path / "same"
    same.mkdir()
    ok("fit", str(a_sheet(same, less=0)), "--coach", "Bo")
    result = ok("show", "--coach", "Bo", "--reply", str(text), "--json")
    assert json.loads(result.stdout) == own.model_dump() and "judge's own" in result.stderr


def test_mistakes_are_one_line(tmp_path: Path, kept: CalibrationStore) -> None:
    assert "Nothing is kept for a coach" in refused("show", "--coach", "Nobody")
    assert "cannot be read" in refused("fit", str(tmp_path / "none.csv"), "--coach", COACH)
    assert "1 to 80" in refused("add", "--coach", " ", "--overall", "3", stdin="I want to lead.")
    broken = tmp_path / "broken.json"
    broken.write_text('{"version": 9, "coach": "Ana"}', encoding="utf-8")
    assert "version 9" in refused("import", str(broken))
    kept.folder.mkdir(parents=True)
    kept.path(COACH).write_text("{", encoding="utf-8")
    assert "not valid JSON" in refused("fit", str(a_sheet(tmp_path)), "--coach", COACH)
    assert kept.path(COACH).read_text(encoding="utf-8") == "{"
    assert issubclass(type(run("show", "--coach", "Nobody").exception), InputError)
