"""The voice's pages: a person's own settings, and the messages an operator must look at."""
