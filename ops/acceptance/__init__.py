"""Acceptance in a real account: deploy the shipped system, check it there, destroy it, report."""
