"""CloudWatch's statistics, as they are spelled."""

from __future__ import annotations

import re

_PLAIN = frozenset({"SampleCount", "Average", "Sum", "Minimum", "Maximum", "IQM"})
_ONE_SIDED = re.compile(r"(p|tm|tc|ts|wm)(\d{1,2}(\.\d{1,2})?|100)")
_BOUND = r"(\d+(\.\d+)?%?)?"
_TWO_SIDED = re.compile(rf"(TM|TC|TS|WM|PR)\({_BOUND}:{_BOUND}\)")


def is_statistic(text: str) -> bool:
    """Whether CloudWatch knows a statistic or extended statistic of this spelling.

    Sources: PutMetricAlarm (`Statistic`, `ExtendedStatistic`) and the Terraform provider's check of
    `extended_statistic`.
    """
    return text in _PLAIN or any(form.fullmatch(text) for form in (_ONE_SIDED, _TWO_SIDED))
