"""What the OPA policies of HCP Terraform have to be told: policies/opa/data.json."""

from ops.opa.data import FILE, text

__all__ = ["FILE", "text"]
