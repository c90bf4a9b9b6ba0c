"""The place file: what each place is like, who answers for it by the hour, and how both have changed."""
