# What is made from the header: bindings/api.json, the Python and Go packages, manual pages, symbol map, layout checks.
GENERATE := $(PYTHON) bindings/generate/generate.py
export CC

.PHONY: bindings check-bindings
bindings: map ## regenerate everything that is made from the header
	$(GENERATE)

check-bindings: | ready ## generated files are up to date, and broken headers turn the generator's checks red
	$(call heading,generator: nothing to regenerate; the generator's own tests)
	$(GENERATE) --check
	$(if $(wildcard tests/generator/test_*.py),$(PYTHON) -m unittest discover -q -s tests/generator)

PYTHON_ENV := PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$(CURDIR)/bindings/python ANNOPROJ_LIBRARY=$(abspath $(plain.shared))

# The Go package over the library as a user's program would find it: installed, through pkg-config. It builds without the network.
GO_ENV = CGO_ENABLED=1 GOPROXY=off GOTOOLCHAIN=local GOWORK=off
GO_FLAGS := -buildvcs=false -tags=annoproj_system
GO_INSTALLED = cd bindings/go && $(GO_ENV) GOFLAGS="$(GO_FLAGS)" PKG_CONFIG_PATH=$(STAGE)/lib/pkgconfig CGO_LDFLAGS=-Wl,-rpath,$(STAGE)/lib $(GO)
