"""Numbers turned into documents. No Flask, no SQLAlchemy rows in templates."""
