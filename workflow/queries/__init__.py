"""The only readers for pages: they never write."""
