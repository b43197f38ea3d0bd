"""The API: what the pages show, and what readers may say, for programs, under addresses that stay."""
