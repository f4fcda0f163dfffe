"""The index over HTTP: ``create_app`` makes the application, ``searchkit serve`` runs it.

Floor 8.  Needs the extra ``web`` (starlette, uvicorn, jinja2).  ``parameters`` says what may be
asked, ``service`` asks it in processes of their own, ``api`` and the pages answer.  Invariant:
what is served is read-only, and a query runs in no process that serves.
"""
