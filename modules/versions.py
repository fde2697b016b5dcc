"""What every stack requires of Terraform; `ops` requires the same of stacks that others made."""

from __future__ import annotations

SOURCE = "hashicorp/aws"
# What this project is tested against, and the major version whose arguments the bindings know.
PROVIDER = {"source": SOURCE, "version": ">= 5.100.0, < 7.0.0"}
TERRAFORM = ">= 1.5.0"
# The first that knows the project of a workspace.
TERRAFORM_OF_PROJECTS = ">= 1.6.0"
# The first whose S3 backend knows `use_lockfile`.
TERRAFORM_OF_LOCK_FILES = ">= 1.10.0"
