"""Safety inspections and safety walks: checklists filled in on a phone, and what has to be mended."""
