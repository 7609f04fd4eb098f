"""How Spider is spoken over HTTP. `handle` knows no framework; `wsgi` and app.py translate for theirs."""
