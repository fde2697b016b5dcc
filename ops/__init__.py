"""The commands beside synth: `python -m ops --help`."""
