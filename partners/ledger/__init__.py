"""Accounts, journal entries and postings; pure accounting that knows no campaign."""
