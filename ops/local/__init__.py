"""The whole monitoring on this machine: an embedded AWS, stand-ins for Slack and PagerDuty, an incident."""
