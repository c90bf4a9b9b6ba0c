"""Who has reported, who had nothing to report, and who is missing: rhythm, answers, reminders and their pages."""
