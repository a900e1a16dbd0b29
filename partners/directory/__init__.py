"""Partners, legal entities, users and seats, partnerships and their stages."""
