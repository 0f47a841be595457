"""Services: whom the catalogue finds, who is held out, lists for librarians, and what came of it."""
