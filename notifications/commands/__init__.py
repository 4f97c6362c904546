"""The voice's writers: one verb, one transaction."""
