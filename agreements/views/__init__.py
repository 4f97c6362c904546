"""Pages of the subject: form in, one call, answer out."""
