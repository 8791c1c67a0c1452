# The demo: compiled against the installed header and library only, as a user's program would be.
COCO ?= examples/data/sample.coco.json
OUT ?= demo-out
DEMO := $(plain.dir)/examples/demo
PYTHON_DEMO := $(PYTHON_ENV) $(PYTHON) examples/demo.py

$(DEMO): examples/demo.c $(STAGE)/stamp
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC    $< (against the installed header)")
	$(Q)$(plain.cc) -std=c11 $(WARNINGS) $(if $(WERROR),-Werror) $(CFLAGS) $$($(STAGED) --cflags annoproj) -o $@ $< \
	    $(LDFLAGS) $$($(STAGED) --libs annoproj) -Wl,-rpath,$(STAGE)/lib

# The picture of the workflow, where Graphviz is there.
DRAW_WORKFLOW = $(if $(shell command -v dot),dot -Tsvg -o $(OUT)/workflow.svg $(OUT)/workflow.dot)

DEMO_GO := $(abspath $(plain.dir))/examples/demo-go
$(DEMO_GO): examples/demo.go $(STAGE)/stamp $(wildcard bindings/go/*.go)
	@mkdir -p $(@D)
	$(if $(V),,@echo "  GO    $< (against the installed library)")
	$(Q)$(GO_INSTALLED) build -o $@ ../../examples/demo.go

.PHONY: demo demo-python demo-go
demo: $(DEMO) ## a COCO file through a whole project (COCO=file OUT=folder); sets up what is missing
	$(call heading,demo: $(COCO) into $(OUT))
	$(DEMO) $(COCO) $(OUT)
	$(DRAW_WORKFLOW)

demo-python: $(plain.shared) ## the same job from Python; writes the same bytes
	$(call heading,demo from Python: $(COCO) into $(OUT))
	$(PYTHON_DEMO) $(COCO) $(OUT)
	$(DRAW_WORKFLOW)

demo-go: $(DEMO_GO) ## the same job from Go; writes the same bytes
	$(call heading,demo from Go: $(COCO) into $(OUT))
	$(DEMO_GO) $(COCO) $(OUT)
	$(DRAW_WORKFLOW)
