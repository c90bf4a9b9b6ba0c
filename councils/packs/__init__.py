"""Frozen packs: the council's page or a decided plan as it stood, in one document and four files that never change."""
