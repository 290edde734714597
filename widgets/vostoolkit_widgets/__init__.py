"""Widgets for vostoolkit in Jupyter: look at a session, answer it, and correct it."""
