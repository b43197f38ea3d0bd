"""From outlet to article: the Scrapy project and the pure readers of feeds and pages behind it."""
