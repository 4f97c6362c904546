"""The subject: households, persons, agreements and their lifecycle, papers, transfers, homesteads."""
