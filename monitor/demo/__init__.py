"""The demonstration's own servers, on loopback: what a mailbox and a Slack would be; nothing of the job itself."""
