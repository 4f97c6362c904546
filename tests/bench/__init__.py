"""Benchmarks run small: what they print and that both sides write the same rows; never a time."""
