"""Text as SQL writes it, for the few statements that take no parameters."""


def literal(text: str) -> str:
    """A string literal; only words of our own models and paths are ever written this way."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name of a table or of a column."""
    return '"' + name.replace('"', '""') + '"'
