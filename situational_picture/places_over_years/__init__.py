"""What happens at a place, across all years: counts with what was to be expected, when in the week, how serious."""
