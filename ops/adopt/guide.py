"""What the setup guide's script made, and what takes its place here.

The script knows one set of names. They are this project's names of production, but for the topic, the
dashboard and the saved query.
"""

from __future__ import annotations

from collections.abc import Mapping

PREFIX = "scheduling-agent"
GROUP_FOLDER = f"/aws/{PREFIX}/"
BACKEND_GROUP = f"{GROUP_FOLDER}backend"
TOPIC = f"{PREFIX}-alarms"
DASHBOARD = f"{PREFIX}-dashboard"
QUERY = "Slow Requests"

TOPIC_ADDRESS = "aws_sns_topic.topic-critical"
QUERY_ADDRESS = "aws_cloudwatch_query_definition.query-slow-requests"

_ALARMS = ("high-error-rate", "high-latency", "lambda-errors", "lambda-throttles", "db-connections-high")
_FILTERS = ("error-count", "response-time", "success-count")
_FUNCTIONS = ("scheduling-actions", "information-actions", "notes-actions")
_AGENTS = ("supervisor", "scheduling", "information", "notes", "chitchat")

ALARM_NAMES = tuple(f"{PREFIX}-{key}" for key in _ALARMS)

# By type and name: the address of what takes its place.
SUCCESSORS: Mapping[tuple[str, str], str] = {
    **{
        ("aws_cloudwatch_metric_alarm", f"{PREFIX}-{key}"): f"aws_cloudwatch_metric_alarm.{key}"
        for key in _ALARMS
    },
    **{
        (
            "aws_cloudwatch_log_metric_filter",
            f"{BACKEND_GROUP}:{PREFIX}-{key}",
        ): f"aws_cloudwatch_log_metric_filter.filter-{key}"
        for key in _FILTERS
    },
    ("aws_cloudwatch_log_group", BACKEND_GROUP): "aws_cloudwatch_log_group.group-backend",
    **{
        (
            "aws_cloudwatch_log_group",
            f"{GROUP_FOLDER}lambda/{key}",
        ): f"aws_cloudwatch_log_group.group-lambda-{key}"
        for key in _FUNCTIONS
    },
    **{
        (
            "aws_cloudwatch_log_group",
            f"{GROUP_FOLDER}bedrock-agent/{key}",
        ): f"aws_cloudwatch_log_group.group-bedrock-agent-{key}"
        for key in _AGENTS
    },
    ("aws_cloudwatch_dashboard", DASHBOARD): "aws_cloudwatch_dashboard.dashboard-real-time",
    ("aws_cloudwatch_query_definition", QUERY): QUERY_ADDRESS,
    ("aws_sns_topic", TOPIC): TOPIC_ADDRESS,
}
