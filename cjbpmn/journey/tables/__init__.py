"""Journeys as tables: text files and spreadsheets, one row a step."""
