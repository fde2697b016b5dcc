"""What is monitored in the Scheduling Agent, and why so."""

from modules.catalog.monitoring import monitoring

__all__ = ["monitoring"]
