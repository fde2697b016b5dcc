"""Thin constructs: a spec value in, a Terraform resource out. The only importers of cdktf."""
