"""The memory of a propagator: what it holds, how it's read, how it's kept small."""
