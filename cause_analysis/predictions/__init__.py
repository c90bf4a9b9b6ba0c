"""What the reports would show if a cause were true: stated, tested against the reports, and kept as evidence."""
