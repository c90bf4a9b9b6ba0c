"""The security lead's page: the own organisation's places over the years, its week, and what is missing."""
