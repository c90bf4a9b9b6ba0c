"""The council page: what the management council asks, answered from what is stored."""
