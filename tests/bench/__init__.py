"""Measurements: `make bench`. Nothing here is a test, for a time that passes here may fail elsewhere."""
