"""How a table is made anew: what of it is due, part by part, and whether it keeps its rules."""
