"""Topics and who listens to them."""

from __future__ import annotations

from dataclasses import dataclass

from modules.spec.alarms import Route


@dataclass(frozen=True, kw_only=True)
class Topic:
    """The SNS topic of one route, with its subscribers.

    Attributes
    ----------
    queues
        The keys of the queues that get every notification.
    pagerduty
        Whether PagerDuty gets it, at the address in the Terraform variable.
    """

    route: Route
    name: str
    display_name: str
    emails: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    pagerduty: bool = False

    @property
    def key(self) -> str:
        """Its Terraform name."""
        return self.route.value

    @property
    def has_listeners(self) -> bool:
        """Whether anybody gets what is said here."""
        return bool(self.emails or self.queues or self.pagerduty)

    @property
    def undelivered(self) -> str:
        """The key of the queue for what a subscriber did not take."""
        return f"{self.key}-undelivered"
