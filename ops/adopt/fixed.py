"""What the provider cannot change in place: importing another value would delete what was imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from modules.resources.views import Resource
from ops.adopt.finds import Find
from ops.review.values import shown

# By type: attributes beside the name that only a new resource can have, and what AWS takes where nobody
# says otherwise. `tests/adopt/test_fixed.py` asks the real provider.
FIXED: Mapping[str, Mapping[str, Any]] = {
    "aws_cloudwatch_log_group": {"log_group_class": "STANDARD"},
    "aws_iam_role": {"path": "/"},
    "aws_kms_key": {
        "customer_master_key_spec": "SYMMETRIC_DEFAULT",
        "key_usage": "ENCRYPT_DECRYPT",
        "multi_region": False,
    },
    "aws_lambda_function": {"package_type": "Zip"},
    "aws_sns_topic": {"fifo_topic": False},
    "aws_sqs_queue": {"fifo_queue": False},
}
_MEND = "rename it or delete it by hand, with what it holds, and run this again"


def obstructed(find: Find, one: Resource) -> Find:
    """The find, with an obstacle if Terraform would have to delete it to make it what the stack wants."""
    for attribute, usual in FIXED.get(find.type, {}).items():
        found, wanted = (_value(side, attribute, usual) for side in (find.values or {}, one.values))
        if find.values is not None and found != wanted:
            text = (
                f"has {attribute} {shown(found)}, the stack {shown(wanted)}: that cannot be changed in place"
            )
            return replace(find, obstacle=text, mend=f"{_MEND}{': ' if find.removal else ''}{find.removal}")
    return find


def _value(values: Mapping[str, Any], attribute: str, usual: Any) -> Any:
    found = values.get(attribute)
    return usual if found is None else found
