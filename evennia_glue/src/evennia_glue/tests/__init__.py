"""Tests, in Evennia's manner: `evennia test --settings settings.py evennia_glue`."""
