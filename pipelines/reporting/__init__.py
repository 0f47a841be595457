"""Pages and files for people outside the data team: each recipient's folder, readers' own pages, and the open ones."""
