"""Sessions over HTTP: their life, their pages, and their live streams."""
