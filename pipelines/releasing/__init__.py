"""The only way out for figures about groups: decided for all tables at once, attacked, and remembered."""
