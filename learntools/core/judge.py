"""From observations to a finding: does the answer do what is expected, and if not, which known mistake does it make?

Everything here is plain data. Nothing of the learner's is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from learntools.core.compare import Difference
from learntools.core.expect import Expectation, close
from learntools.core.observing import Observation
from learntools.core.plain import Opaque


@dataclass(frozen=True)
class Finding:
    """How an observation compares with the expectations.

    Attributes:
        earned: fraction of the points, from 0 to 1.
        failed: the first expectation that does not hold, `None` where all do.
        difference: how it fails.
    """

    earned: float
    failed: Expectation | None = None
    difference: Difference | None = None


def judge(got: Observation, want: Observation, expect: Sequence[Expectation]) -> Finding:
    """Compare an answer's observation with the reference's on the same scenario."""
    if got.late or got.crash is not None:
        return Finding(0.0)
    total = sum(item.share for item in expect) or 1.0
    earned, failed, found = 0.0, None, None
    for item in expect:
        gap = item.judge(got.fields.get(item.field), want.fields.get(item.field))
        if gap is None:
            earned += item.share
        elif failed is None:
            failed, found = item, gap
    return Finding(min(earned / total, 1.0), failed, found)


def best(findings: Iterable[Finding]) -> Finding:
    """The kindest finding: an answer may agree with any one of several equally right references."""
    return max(findings, key=lambda finding: (finding.failed is None, finding.earned))


def sentence(finding: Finding, reveal: bool = True) -> str:
    """The finding in words: which field is off, how, and why it matters.

    With `reveal` false the expected value is left out, as where it is itself the answer.
    """
    item, gap = finding.failed, finding.difference
    if item is None or gap is None:
        return ""
    if gap.aspect == "value" and gap.text == "does not hold" and item.why:
        return f"This does not hold yet: {item.why}."
    reason = f": {item.why}" if item.why else ""
    text = f"{item.label} {gap.text if reveal else gap.closed}{reason}"
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


def same_behaviour(got: Observation, mistake: Observation, expect: Sequence[Expectation]) -> bool:
    """Whether two observations are the same in every field that was observed, crashes included."""
    if got.late or mistake.late:
        return got.late and mistake.late
    if (got.crash is None) != (mistake.crash is None):
        return False
    if got.crash is not None and mistake.crash is not None:
        return (got.crash.type, got.crash.message) == (mistake.crash.type, mistake.crash.message)
    if (got.changed is None) != (mistake.changed is None):
        return False
    rules = {item.field: item for item in expect}
    return all(
        _agree(got.fields.get(field), mistake.fields.get(field), rules.get(field) or close(field))
        for field in set(got.fields) | set(mistake.fields)
    )


def _agree(a: Any, b: Any, rule: Expectation) -> bool:
    """Equal as plain data, NaN and opaque results included (a mistake may well produce them)."""
    if isinstance(a, Opaque) or isinstance(b, Opaque):
        return a == b
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor) and a.is_floating_point() and b.is_floating_point():
        if a.shape != b.shape or not torch.equal(a.isfinite(), b.isfinite()):
            return False
        a, b = torch.nan_to_num(a, 0, 0, 0), torch.nan_to_num(b, 0, 0, 0)
    elif isinstance(a, float) and isinstance(b, float) and a != a and b != b:
        return True
    if rule.compares:
        return rule.judge(a, b) is None
    return close(rule.field).judge(a, b) is None
