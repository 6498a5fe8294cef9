"""The application: its settings, and how its parts are opened, wired, served and closed."""
