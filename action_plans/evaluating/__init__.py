"""The evaluation plan's helper: where it is counted, what it is compared with, and what could be shown."""
