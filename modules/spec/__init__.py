"""Plain frozen values that say what is to exist. No AWS call, no cdktf, no I/O."""
