"""Clips to work on: procedural ones, and data sets on disk."""
