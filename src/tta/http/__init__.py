"""The API: one file per resource, two apps (commands and queries), manners and problems in one place each."""
