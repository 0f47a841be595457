"""An export on its way in: found, made safe, read in a child process, held against its preset, counted, loaded or refused."""
