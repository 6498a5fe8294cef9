"""The recorders of the `eventsourcing` library, over the same scripts and layout."""
