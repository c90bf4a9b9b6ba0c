"""Problems: a saved selection with the numbers of its day, what it is about in words, and how far it has come."""
