"""Terraform's JSON: synthesized configuration, plans and values, without any knowledge of AWS."""
