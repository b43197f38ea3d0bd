"""From article to reader: judging, grouping, digests, schedule and command line."""
