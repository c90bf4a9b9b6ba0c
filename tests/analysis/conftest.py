"""A busy machine is no failure: budgets are measured in processor time, and hypothesis sets no deadline of its own."""

from hypothesis import settings

settings.register_profile("analysis", deadline=None)
settings.load_profile("analysis")
