"""Brand fit: gates, four dimensions rated by both sides, weights with versions, and the score."""
