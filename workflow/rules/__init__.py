"""Pure rules: no database, no clock; standard library and numpy only."""
