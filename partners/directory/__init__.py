"""Partners, legal entities, users and seats, partnerships with their footing and stages."""
