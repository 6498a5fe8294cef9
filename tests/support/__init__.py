"""What several tests share: running TTAs, servers, clients, and examples, in folders as in `src/tta`."""
