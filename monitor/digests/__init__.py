"""Events in, message out: composing and rendering digests, without database, clock or network."""
