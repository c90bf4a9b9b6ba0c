"""Files of incidents on their way in. `profiles.PROFILES` says which kinds there are; `actions` does the work."""

from incidents.importing import generic, police_uk

__all__ = ["generic", "police_uk"]
