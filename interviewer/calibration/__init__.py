"""A coach calibrates the judge to themselves: scores replies blind, gets offsets where they are borne out.

Nothing here changes an interview: `apply` is called by who wants a coach's score, and marks it as such.
"""

from interviewer.calibration.applying import apply
from interviewer.calibration.fitting import Judged, fit_calibration
from interviewer.calibration.report import BeforeAfter, as_text, compare
from interviewer.calibration.shapes import NEEDED, Calibration, Fit, Offset, Override, Scored
from interviewer.calibration.sheet import load_replies, read_sheet, write_sheet
from interviewer.calibration.store import CalibrationStore
from interviewer.calibration.workshop import Workshop, merged, open_workshop

__all__ = [
    "NEEDED",
    "BeforeAfter",
    "Calibration",
    "CalibrationStore",
    "Fit",
    "Judged",
    "Offset",
    "Override",
    "Scored",
    "Workshop",
    "apply",
    "as_text",
    "compare",
    "fit_calibration",
    "load_replies",
    "merged",
    "open_workshop",
    "read_sheet",
    "write_sheet",
]
