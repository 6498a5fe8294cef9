"""Read models: one file per question, with its rows, its fold and its queries."""
