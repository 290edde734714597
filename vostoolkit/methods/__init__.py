"""Published systems: one paper, one file."""
