"""Evidence: conversions and refunds, numbered without gaps."""
