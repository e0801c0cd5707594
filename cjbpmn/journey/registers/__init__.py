"""Registers that are added to a journey: the answers of a survey, and complaints."""
