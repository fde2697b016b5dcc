"""Topics and who listens to them."""

from __future__ import annotations

from dataclasses import dataclass

from modules.spec.alarms import Route


@dataclass(frozen=True, kw_only=True)
class Topic:
    """The SNS topic of one route, with its e-mail subscribers."""

    route: Route
    name: str
    display_name: str
    emails: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its Terraform name."""
        return self.route.value
