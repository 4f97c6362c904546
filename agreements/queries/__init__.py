"""The only readers of the subject; they never write."""
