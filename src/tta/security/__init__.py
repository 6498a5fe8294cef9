"""Access and secrecy: keys, sealing, tokens, and the policy."""
