"""Small deliberate defects; each must turn the tests of the promise it breaks red (`make sabotage`)."""
