"""The only writers of the subject: one verb, one transaction."""
