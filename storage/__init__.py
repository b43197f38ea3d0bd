"""Tables, questions and migrations: everything that outlives a process."""
