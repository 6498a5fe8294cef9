"""Process managers: they read the log and answer events with commands, exactly once. One file each."""
