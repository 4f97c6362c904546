"""Template tags of the subject."""
