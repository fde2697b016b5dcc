"""What the configuration makes of the digest: whether it has readers, and what it may ask for that."""

from __future__ import annotations

from typing import Any

import pytest

from modules.spec.functions import OwnFunction
from tests.builders import good_monitoring, monitorings, shipped
from tests.lambdas.loader import load

digest = load("digest")


def digest_of(functions: tuple[OwnFunction, ...]) -> OwnFunction:
    (found,) = (function for function in functions if function.key == "digest")
    return found


@pytest.mark.parametrize(("emails", "mails"), [([], False), (["dev@example.com"], True)])
def test_digest_is_mailed_where_the_configuration_names_a_reader(emails: list[str], *, mails: bool) -> None:
    changes: dict[str, Any] = {"routes": {"info": {"emails": emails}}, "digest": {"all_clear": "mail"}}

    function = digest_of(good_monitoring(changes).functions)

    found = digest.settings.Settings.read(function.environment)
    assert (found.mails, found.mails_all_clear) == (mails, mails)


@pytest.mark.parametrize(("email", "mails"), [("", False), ("ops@team.example", True)])
def test_address_from_outside_makes_a_reader_of_the_shipped_digest(email: str, *, mails: bool) -> None:
    function = digest_of(monitorings(shipped(email=email))[0].functions)

    assert digest.settings.Settings.read(function.environment).mails is mails


def test_digest_may_see_whether_its_own_topic_has_readers() -> None:
    (grant,) = (one for one in digest_of(good_monitoring().functions).grants if one.name == "Publish")

    assert set(grant.actions) == {"sns:GetTopicAttributes", "sns:Publish"}
    assert grant.resources == ("${aws_sns_topic.topic-digest.arn}",)
