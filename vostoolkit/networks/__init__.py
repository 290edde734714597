"""Networks: one family of modules per file, without input or output."""
