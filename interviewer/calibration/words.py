"""The sentences that a calibration says, read from `knowledge/calibration/words.yaml`."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from knowledge.cards import BUNDLED
from knowledge.datafile import Frozen, Text, data_error, parse_yaml, read_text


class Words(Frozen):
    """One sentence each; what stands in braces is filled in by `report`."""

    too_few: Text
    borne_out: Text
    unfinished: Text
    kinder: Text
    stricter: Text
    corrections: Text
    left_out: Text
    learned: Text
    figures: Text
    criteria: Text
    unmarked: Text
    another_rubric: Text
    another_judge: Text
    other_scores: Text


def load_words(folder: Path | None = None) -> Words:
    """Read the sentences (None, or a knowledge folder without them: the bundled ones).

    Raises:
        DataFileError: the file is missing or broken; the message names the line.
    """
    path = (folder or BUNDLED) / "calibration" / "words.yaml"
    path = path if path.is_file() else BUNDLED / "calibration" / "words.yaml"
    data, lines = parse_yaml(read_text(path, "the calibration's wording"), path)
    try:
        return Words.model_validate(data)
    except ValidationError as error:
        raise data_error(error, path, lines) from error
