"""The site, built from the checkout: texts to pages, docstrings to the reference, code to pictures."""
