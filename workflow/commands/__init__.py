"""The only writers: one verb is one transaction."""
