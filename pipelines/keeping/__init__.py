"""What must not be lost or read: keys, sealed originals, who is behind a pseudonym, generations of the published file."""
