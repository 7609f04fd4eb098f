# Aliases of dev.py. Arguments go through ARGS: make test ARGS="-k vpc"
PYTHON = python3
ARGS =
STAGE = dev

.PHONY: help venv demo test faults prepare-real test-real conformance compare serve package deploy destroy check

help:
	@$(PYTHON) dev.py

venv demo test faults prepare-real test-real compare serve check:
	@$(PYTHON) dev.py $@ $(ARGS)

# make conformance CLOUD=openstack TARGET=real
conformance:
	@$(PYTHON) dev.py $@ '$(CLOUD)' '$(TARGET)' $(ARGS)

# make deploy STAGE=dev ARGS="--user-name me --password-secret spider/login"
package deploy destroy:
	@$(PYTHON) dev.py $@ '$(STAGE)' $(ARGS)
