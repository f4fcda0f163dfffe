"""What the pages show, made ready for their templates: values, no markup and no requests.

Floor 8.  ``address`` is a search as a URL has it, ``days`` the fields of a date, ``search``,
``article``, ``chart``, ``forces`` and ``problem`` are pages.  Invariant: a view is made of what an
index answered and the address alone, so the same of both is the same page.
"""
