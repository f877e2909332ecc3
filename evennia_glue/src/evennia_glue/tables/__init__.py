"""The daemon's answers as tables and sentences. Nothing here asks anybody."""
