"""How the collaboration is led: what one level asks of another, meetings, decisions, and what the law requires."""
