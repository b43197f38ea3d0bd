"""Text in, verdict out: no database, clock or network in this folder."""
