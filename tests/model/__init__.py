"""A reference model of the engine, and the machine that drives both."""
