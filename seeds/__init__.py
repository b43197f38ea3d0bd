"""What Twinwatch knows before its first crawl: outlets, CMS families, localities, ties, words and settings."""
