"""Pure statistics and disclosure control on frames and arrays: no Django, no clock, no hidden randomness."""
