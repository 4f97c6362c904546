"""The sample programme of `make run`: loaded from its workbook and played through the real commands in the past."""
