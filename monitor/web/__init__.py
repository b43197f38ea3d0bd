"""The dashboard: pages that people read, and what the service needs to serve them."""
