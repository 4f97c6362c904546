"""serve, prepare, upgrade."""
