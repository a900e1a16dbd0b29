"""Trust: what a partner was waited for in shared partnerships, and how often it was there in time."""
