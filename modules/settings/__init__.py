"""Configuration files and environment variables, made into typed settings.

The only reader of either. Everything after it works with checked values.
"""

from modules.settings.load import environments, load
from modules.settings.models import Settings, Target

__all__ = ["Settings", "Target", "environments", "load"]
