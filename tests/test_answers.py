"""Answers written without knowledge of the checkers: right ones pass however they are spelled, wrong ones never do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from torch import nn
from torch.nn import functional as F

from learntools import losses
from learntools.lessons import exercises

FILES = sorted((Path(__file__).parent / "answers").glob("*.yaml"))
CASES = [
    pytest.param(file.stem, question, kind, source, id=f"{file.stem}-{question}-{kind}-{name}")
    for file in FILES
    for question, kinds in yaml.safe_load(file.read_text(encoding="utf-8")).items()
    for kind, answers in kinds.items()
    for name, source in answers.items()
]


@pytest.mark.parametrize(("lesson", "question", "kind", "source"), CASES)
def test_an_answer_is_judged_by_what_it_does(lesson, question, kind, source, capsys):
    item = next(item for item in exercises(lesson) if item.name == question)
    namespace = {"torch": torch, "nn": nn, "F": F, "np": np, "losses": losses, "__name__": "__main__"}
    exec(compile(source, "<a learner's cell>", "exec"), namespace)
    verdict = item.assess(namespace[item.answer])
    if kind == "right":
        assert verdict.correct, verdict
        assert verdict.points == item.points
    else:
        assert verdict.outcome in ("incorrect", "error in your code", "not attempted"), verdict
        assert verdict.points < item.points
        assert len(verdict.message.split()) >= 6
        assert item.answer in verdict.message or verdict.diagnosis is not None
