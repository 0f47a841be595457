"""What the files under sql/ declare: their headers, columns, dialect and lineage, and what to say of a slip in one."""
