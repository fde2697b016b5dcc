"""Log groups and metric filters."""

from __future__ import annotations

from typing import Any

from tests.policies.mutations.edits import Mutation, Values, changing, dropping, setting, setting_all
from tests.policies.mutations.kinds import FILTER, GROUP


def transforming(**values: Any) -> Mutation:
    """Change what the first filter publishes; `None` removes."""

    def change(item: Values) -> None:
        target = item["metric_transformation"]
        target = target[0] if isinstance(target, list) else target
        target.update(values)
        for name in [name for name, value in values.items() if value is None]:
            target.pop(name)

    return changing(FILTER, change)


MUTATIONS: dict[str, list[Mutation]] = {
    "MON-FIL-001": [
        setting(FILTER, pattern="{ ($.level = }"),
        setting(FILTER, pattern="{ $.a = 1 }" + " " * 1024),
    ],
    "MON-FIL-002": [transforming(unit="Errors")],
    "MON-FIL-003": [transforming(default_value="0", dimensions={"Level": "$.level"})],
    "MON-FIL-004": [
        transforming(dimensions={"Absent": "$.no_such_field"}),
        transforming(dimensions={"Absent": "$.lev"}),
        transforming(dimensions={"Absent": "no field"}),
        transforming(dimensions=dict.fromkeys("abcd", "$.level")),
    ],
    "MON-FIL-005": [
        setting(FILTER, log_group_name="/aws/lambda/somebody-elses"),
        setting(FILTER, log_group_name="${aws_cloudwatch_log_group.no-such-group.name}"),
        dropping(FILTER, "log_group_name"),
    ],
    "MON-FIL-006": [
        setting_all(GROUP, log_group_class="INFREQUENT_ACCESS"),
    ],
    "MON-FIL-007": [
        transforming(value="one"),
        transforming(value="nan"),
        transforming(value="$level"),
        transforming(value="$.values[*]"),
        transforming(value=None),
        dropping(FILTER, "metric_transformation"),
    ],
    "MON-FIL-008": [
        transforming(namespace="AWS/Lambda"),
        transforming(name="Error:Count"),
        transforming(name=""),
    ],
    "MON-RET-001": [
        dropping(GROUP, "retention_in_days"),
        setting(GROUP, retention_in_days=0),
        setting(GROUP, retention_in_days=17),
    ],
    "MON-RET-002": [setting(GROUP, retention_in_days=1)],
    "MON-RET-003": [dropping(GROUP, "kms_key_id"), setting(GROUP, kms_key_id="")],
}
