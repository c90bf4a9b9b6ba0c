"""Small real servers that tests run on this machine: an employer's sign-in, and a map server."""
