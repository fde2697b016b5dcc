"""What is monitored in the Scheduling Agent, and why so."""

from modules.catalog.monitoring import every_target, monitoring

__all__ = ["every_target", "monitoring"]
