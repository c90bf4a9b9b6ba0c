"""Which problems come first: scored in silence by a group's members, shown together, decided with a reason."""
