# Tests, sanitizers, checks of the contract, and `make check`, which runs all of them in order.
# Every tests/unit/test_*.c is one cmocka executable; tests/fault/*.c likewise. They are linked with the
# library's objects, so that internal functions are visible; only the objects a test reaches are taken.
TEST ?=
UNIT_SOURCES := $(if $(TEST),$(TEST:%=tests/unit/%.c),$(sort $(wildcard tests/unit/test_*.c)))
FAULT_SOURCES := $(sort $(wildcard tests/fault/*.c))
FAULT_SCRIPTS := $(sort $(wildcard tests/fault/*.sh))
BENCH_SOURCES := $(sort $(wildcard tests/bench/*.c))
SUPPORT_SOURCES := $(sort $(wildcard tests/support/*.c))
TEST_SOURCES := $(UNIT_SOURCES) $(FAULT_SOURCES) $(BENCH_SOURCES) $(SUPPORT_SOURCES)
# A fault program that a script of the same name drives is not run by itself.
FAULT_PROGRAMS := $(filter-out $(FAULT_SCRIPTS:.sh=.c),$(FAULT_SOURCES))

$(BUILD)/%: EXTRA_CFLAGS = $(if $(findstring /tests/,$@),$(CMOCKA_CFLAGS) -iquote tests/support)
existing = $(if $(KEEP_GOING),$$(ls $(1) 2>/dev/null),$(1))

define test_rules
$(1).unit := $(UNIT_SOURCES:%.c=$($(1).dir)/%)
$(1).fault := $(FAULT_SOURCES:%.c=$($(1).dir)/%)
$(1).fault_run := $(FAULT_PROGRAMS:%.c=$($(1).dir)/%)
$(1).threads := $(patsubst %.c,$($(1).dir)/%,$(foreach s,$(UNIT_SOURCES),$(if $(findstring threads,$(s)),$(s))))
$(1).bench := $(BENCH_SOURCES:%.c=$($(1).dir)/%)
$(1).support := $(SUPPORT_SOURCES:%.c=$($(1).dir)/%.o)

$($(1).dir)/libtested.a: $$($(1).objects) $$($(1).support)
	@rm -f $$@.new
	$$(Q)$(AR) crsD $$@.new $$(call existing,$$^) && mv $$@.new $$@

$($(1).dir)/tests/%: $($(1).dir)/tests/%.o $($(1).dir)/libtested.a
	$(if $(V),,@echo "  LINK  $$@")
	$$(Q)$(if $(KEEP_GOING),rm -f $$@; test ! -f $$< || )$($(1).cc) $($(1).cflags) $($(1).ldflags) -pthread \
	    $(if $(KEEP_GOING),-Wl$(comma)--unresolved-symbols=ignore-all) -o $$@ $$< $($(1).dir)/libtested.a $$(LIB_LIBS) $$(CMOCKA_LIBS) -lm

.SECONDARY: $(TEST_SOURCES:%.c=$($(1).dir)/%.o)
-include $(TEST_SOURCES:%.c=$($(1).dir)/%.d)
endef
$(foreach v,$(VARIANTS),$(eval $(call test_rules,$(v))))

RUN = $(PYTHON) tests/support/run_tests.py --jobs $(JOBS)
SANITIZER_ENV := ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1 \
    UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=second_deadlock_stack=1
# Shadow memory and a randomised address space do not always fit together.
TSAN_RUN = $(SANITIZER_ENV) setarch -R $(RUN)

.PHONY: unit asan ubsan tsan valgrind
unit: $(plain.unit) ## unit tests (TEST=name for one; KEEP_GOING=1 leaves out what does not compile)
	$(call heading,unit tests ($(CC)))
	@$(RUN) $(plain.unit)

asan: $(asan.unit) ## unit tests under address, undefined and leak sanitizers
	$(call heading,unit tests under address$(comma) undefined and leak sanitizers)
	@$(SANITIZER_ENV) $(RUN) $(asan.unit)

ubsan: $(ubsan.unit) ## unit tests under the undefined-behaviour sanitizer
	$(call heading,unit tests under the undefined-behaviour sanitizer)
	@$(SANITIZER_ENV) $(RUN) $(ubsan.unit)

tsan: $(tsan.threads) $(tsan.fault_run) ## threaded unit tests and fault programs under the thread sanitizer
	$(call heading,threaded tests under the thread sanitizer)
	@$(TSAN_RUN) $(tsan.threads) $(tsan.fault_run)

valgrind: $(plain.unit) ## unit tests under valgrind's memory check
	$(call heading,unit tests under valgrind)
	@$(RUN) --timeout 1800 --wrapper "valgrind -q --error-exitcode=99 --leak-check=full" $(plain.unit)
