"""What `mingyuan …` asks and answers, a module for each group of commands."""
