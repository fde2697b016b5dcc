"""The generator: settings → catalog → spec → constructs."""
