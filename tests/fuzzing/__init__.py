"""Mutants of real models, and what must hold for each."""
