"""The customer keys: one for notifications, one for logs."""

from __future__ import annotations

from constructs import Construct

from modules.constructs._bindings import aws
from modules.naming import construct_id, reference
from modules.render import policies
from modules.spec.system import Place

WAITING_DAYS = 30


def key_arn(purpose: str) -> str:
    """A reference to the key of a purpose: ``logs`` or ``notifications``."""
    return reference("aws_kms_key", construct_id("key", purpose), "arn")


def add_keys(scope: Construct, place: Place, prefix: str) -> None:
    """Both keys, rotated every year, with an alias each."""
    _add_key(scope, "logs", prefix, policies.key_of_logs(place))
    _add_key(scope, "notifications", prefix, policies.key_of_notifications(place, prefix))


def _add_key(scope: Construct, purpose: str, prefix: str, policy: str) -> None:
    aws("kms_key", "KmsKey")(
        scope,
        construct_id("key", purpose),
        description=f"{prefix}: {purpose}",
        enable_key_rotation=True,
        deletion_window_in_days=WAITING_DAYS,
        policy=policy,
    )
    aws("kms_alias", "KmsAlias")(
        scope,
        construct_id("key-alias", purpose),
        name=f"alias/{prefix}-{purpose}",
        target_key_id=reference("aws_kms_key", construct_id("key", purpose), "key_id"),
    )
