"""Private PostgreSQL and Redis out of wheels: no root, no installation, nothing listening on the network."""
