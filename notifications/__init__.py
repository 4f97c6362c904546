"""The voice: how an owed word reaches a person. Knows the engine, never the subject."""
