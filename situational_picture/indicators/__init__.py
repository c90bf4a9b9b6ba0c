"""Series of numbers beside the reports: statistics, surveys, costs, counts of people; each with where it comes from."""
