"""Periods, earnings, statements, payouts and their verification."""
