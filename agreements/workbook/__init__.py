"""A programme's workbook: sheets to rows, or a report of every bad cell; nothing is guessed."""
