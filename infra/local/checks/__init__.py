"""Checks of the template and of the scripts. `lint.py` runs all of them; each name is a sentence."""
