"""Shared by the commands: reading an AWS account."""
