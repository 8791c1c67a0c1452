# Fuzz targets. In the unit tests each replays its corpus (replay.c); `make fuzz` lets clang's fuzzer drive them.
FUZZ_TARGETS := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_TARGETS := $(if $(TEST),$(filter $(TEST:%=\%/%.c),$(FUZZ_TARGETS)),$(FUZZ_TARGETS))
SECONDS ?= 60

# They have a main of their own, or that of the fuzzer.
$(foreach v,$(filter-out fuzz,$(VARIANTS)),$(eval $(FUZZ_TARGETS:%.c=$($(v).dir)/%): $($(v).dir)/tests/fuzz/replay.o))

# What a run finds stays: new inputs in build/fuzz/<target>, to go on from there; what fails in build/fuzz as crash-, timeout- or
# oom-<target>-..., to become a file of the corpus with its mend.
FUZZ_FOUND := $(BUILD)/fuzz
FUZZ_LIMITS := -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=128 -max_len=65536 -print_final_stats=1 -verbosity=0
.PHONY: fuzz
fuzz: $(FUZZ_TARGETS:%.c=$(fuzz.dir)/%) ## random inputs for SECONDS=60 to each fuzz target (TEST=fuzz_json for one)
	$(call heading,fuzzing$(comma) $(SECONDS) s each)
	@set -e; for program in $(FUZZ_TARGETS:%.c=$(fuzz.dir)/%); do \
	    name=$$(basename $$program); printf '\n== %s\n' $$name; mkdir -p $(FUZZ_FOUND)/$$name; \
	    $(SANITIZER_ENV) $$program -max_total_time=$(SECONDS) $(FUZZ_LIMITS) -artifact_prefix=$(FUZZ_FOUND)/$$name- \
	        $(FUZZ_FOUND)/$$name tests/fuzz/corpus/$${name#fuzz_} > $(FUZZ_FOUND)/$$name.log 2>&1 || { tail -n 60 $(FUZZ_FOUND)/$$name.log; exit 1; }; \
	    grep -E 'number_of_executed_units|new_units_added|peak_rss_mb' $(FUZZ_FOUND)/$$name.log; \
	done
