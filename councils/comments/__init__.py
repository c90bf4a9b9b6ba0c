"""Comments on the figures of published pictures."""
