"""Who may do what, and what is readable by whom: keys, sealing, tokens, policy."""
