"""Communities: a partner's lasting publics."""
