# Aliases of dev.py. Arguments go through ARGS: make test ARGS="-k vpc"
PYTHON = python3
ARGS =

.PHONY: help venv demo test test-real serve check

help:
	@$(PYTHON) dev.py

venv demo test test-real serve check:
	@$(PYTHON) dev.py $@ $(ARGS)
