"""« Espace de gestion »: who may come in, and what a gestionnaire does there."""
