"""Players over HTTP: their account, care plan, journey and progress."""
