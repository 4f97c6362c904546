"""Measured, not tested: the product beside the best raw SQL for the same rows, in one run (docs/speed.md)."""
