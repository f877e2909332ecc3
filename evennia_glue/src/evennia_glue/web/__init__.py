"""The pane in Evennia's web client, as a Django app.

INSTALLED_APPS += ["evennia_glue.web"]
"""
