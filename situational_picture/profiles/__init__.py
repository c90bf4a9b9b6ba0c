"""What is unusual at a place or in an area, beside comparable ones: at most five sentences."""
