"""The Workshop for Evennia: a room in which a persona thinks through the Workshop Bridge."""

__version__ = "0.1.0"
