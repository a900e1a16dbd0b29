"""Accounts: users, seats and API tokens as tables; signing in, second factors, how often somebody may try."""
