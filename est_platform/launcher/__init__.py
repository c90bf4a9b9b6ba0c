"""Make ready, run and check the platform on one machine; the scripts under `script/` begin here.

Only the standard library is imported, and the modules import each other relatively: on a bare machine this runs
before anything is installed, and then without its parent package (which imports Celery).
`prepare` is the exception: it runs inside Django, in a process of its own.
"""
