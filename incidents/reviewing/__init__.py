"""The review queue: what waits, what is unusual, what may be the same event, and deciding on it."""
