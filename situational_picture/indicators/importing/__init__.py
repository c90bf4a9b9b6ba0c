"""Files of indicator values: read, shown before anything is stored, taken in whole or not at all, and undone."""
