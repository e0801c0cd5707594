"""A model as passages from place to place: the rules of the game written down, not played."""
