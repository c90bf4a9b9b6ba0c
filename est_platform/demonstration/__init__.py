"""Two collaborations that show the platform: one invented, one on real open data with invented organisations."""
