"""The stages of the methods, one idea a file."""
