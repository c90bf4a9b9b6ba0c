"""How many people use a place, by hour: a number only."""
