"""The engine: cases, steps, routes, units, postings, deadlines, events. Knows no household and no channel."""
