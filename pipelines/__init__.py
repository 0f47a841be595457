"""How Mingyuan runs.

The modules beside this one are the line itself, from the site file to the published database; the folders hold what each
step of it needs: `modelling` and `building` tables, `receiving` exports, `keeping` and `forgetting` what is personal,
`releasing` figures, `portraying`, `reporting` and `serving` people, and the `commands` of the terminal.
"""
