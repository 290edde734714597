"""Training the embedded networks on procedural clips."""
