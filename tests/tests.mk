# Tests, sanitizers, checks of the contract, and `make check`, which runs all of them in order.
# Every tests/{unit,model}/test_*.c and tests/fuzz/fuzz_*.c is one cmocka executable, and so is every other C file in tests/fault and
# tests/bench unless its name ends in _support. They are linked with the library's objects, so that internal
# functions are visible; only the objects a program reaches are taken.
TEST ?=
UNIT_SOURCES := $(sort $(wildcard tests/unit/test_*.c tests/model/test_*.c tests/fuzz/fuzz_*.c))
UNIT_SOURCES := $(if $(TEST),$(filter $(TEST:%=\%/%.c),$(UNIT_SOURCES)),$(UNIT_SOURCES))
$(if $(TEST),$(if $(UNIT_SOURCES),,$(error no test named $(TEST) in tests/unit$(comma) tests/model or tests/fuzz)))
SUPPORT_SOURCES := $(sort $(wildcard tests/support/*.c tests/*/*_support.c))
FAULT_SOURCES := $(filter-out $(SUPPORT_SOURCES),$(sort $(wildcard tests/fault/*.c)))
# Programs that run on the simulated disk stand in for system calls: its objects are theirs alone.
DISK_SOURCES := $(sort $(wildcard tests/disk/*.c))
DISK_PROGRAMS := $(sort $(wildcard tests/fault/disk_*.c tests/fault/power_*.c))
FAULT_SCRIPTS := $(sort $(wildcard tests/fault/*.sh))
BENCH_SOURCES := $(filter-out $(SUPPORT_SOURCES),$(sort $(wildcard tests/bench/*.c)))
BENCH_SCRIPTS := $(sort $(wildcard tests/bench/bench_*.py))
TEST_SOURCES := $(UNIT_SOURCES) $(FAULT_SOURCES) $(BENCH_SOURCES) tests/sql/load_sql.c tests/sql/fail_sql.c $(SUPPORT_SOURCES) $(DISK_SOURCES) tests/fuzz/replay.c
# A fault program that a script of the same name drives is not run by itself.
FAULT_PROGRAMS := $(filter-out $(FAULT_SCRIPTS:.sh=.c),$(FAULT_SOURCES))

$(BUILD)/%: EXTRA_CFLAGS = $(if $(findstring /tests/,$@),$(CMOCKA_CFLAGS) -iquote tests/support -iquote tests/disk)
existing = $(if $(KEEP_GOING),$$(ls $(1) 2>/dev/null),$(1))

define test_rules
$(1).unit := $(UNIT_SOURCES:%.c=$($(1).dir)/%)
$(1).fault := $(FAULT_SOURCES:%.c=$($(1).dir)/%)
$(1).fault_run := $(FAULT_PROGRAMS:%.c=$($(1).dir)/%)
$(1).fault_threads := $(filter-out $(DISK_PROGRAMS:%.c=$($(1).dir)/%),$(FAULT_PROGRAMS:%.c=$($(1).dir)/%))
$(1).threads := $(patsubst %.c,$($(1).dir)/%,$(foreach s,$(UNIT_SOURCES),$(if $(findstring threads,$(s)),$(s))))
$(1).bench := $(BENCH_SOURCES:%.c=$($(1).dir)/%)
$(1).support := $(SUPPORT_SOURCES:%.c=$($(1).dir)/%.o)
$(1).test_objects := $(TEST_SOURCES:%.c=$($(1).dir)/%.o)

$($(1).dir)/libtested.a: $$($(1).objects) $$($(1).support)
	@rm -f $$@.new
	$$(Q)$(AR) crsD $$@.new $$(call existing,$$^) && mv $$@.new $$@

$($(1).dir)/tests/%: $($(1).dir)/tests/%.o $($(1).dir)/libtested.a
	$(if $(V),,@echo "  LINK  $$@")
	$$(Q)$(if $(KEEP_GOING),rm -f $$@; test ! -f $$< || )$($(1).cc) $($(1).cflags) $($(1).ldflags) -pthread \
	    $(if $(KEEP_GOING),-Wl$(comma)--unresolved-symbols=ignore-all) -o $$@ $$(filter %.o,$$^) $($(1).dir)/libtested.a $$(LIB_LIBS) $$(CMOCKA_LIBS) -lcjson -lm

$(DISK_PROGRAMS:%.c=$($(1).dir)/%): $(DISK_SOURCES:%.c=$($(1).dir)/%.o)

.SECONDARY: $$($(1).test_objects)
-include $$($(1).test_objects:.o=.d)
endef
$(foreach v,$(VARIANTS),$(eval $(call test_rules,$(v))))

RUN = $(PYTHON) tests/support/run_tests.py --jobs $(JOBS)
# A test that runs away fails, and the machine does not suffer. Sanitizers and valgrind map more than they use.
RUN_BOUNDED = $(RUN) $(if $(findstring -fsanitize=,$(CC) $(CFLAGS)),,--memory 8)
SANITIZER_ENV := ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1 \
    UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=second_deadlock_stack=1
# Shadow memory and a randomised address space do not always fit together.
TSAN_RUN = $(SANITIZER_ENV) $$(setarch -R true 2>/dev/null && echo setarch -R) $(RUN)

.PHONY: unit asan ubsan tsan valgrind fault coverage bench
unit: $(plain.unit) ## unit tests (TEST=name for one; KEEP_GOING=1 leaves out what does not compile)
	$(call heading,unit tests ($(CC)))
	@$(RUN_BOUNDED) $(plain.unit)

asan: $(asan.unit) ## unit tests under the address, undefined-behaviour and leak sanitizers
	$(call heading,unit tests under the address$(comma) undefined-behaviour and leak sanitizers)
	@$(SANITIZER_ENV) $(RUN) $(asan.unit)

ubsan: $(ubsan.unit) ## unit tests under the undefined-behaviour sanitizer alone
	$(call heading,unit tests under the undefined-behaviour sanitizer)
	@$(SANITIZER_ENV) $(RUN) $(ubsan.unit)

tsan: $(tsan.threads) $(tsan.fault_threads) ## threaded unit tests and fault programs under the thread sanitizer
	$(call heading,threaded tests and fault programs under the thread sanitizer)
	@$(TSAN_RUN) $(tsan.threads) $(tsan.fault_threads)

# Leaks are the leak sanitizer's: a forked child leaves what its parent's threads had. Valgrind runs one thread at a time; were
# it not fair, those that wait for others would starve them. Its long double is a double, which decimals need more than.
VALGRIND := valgrind -q --fair-sched=yes --error-exitcode=99 --leak-check=no --suppressions=tests/support/valgrind.supp
valgrind: $(plain.unit) ## unit tests under valgrind's memory check (TEST=name for one)
	$(call heading,unit tests under valgrind)
	@$(RUN) --timeout 1800 --wrapper "$(VALGRIND)" $(filter-out %/test_decimal %/fuzz_geometry,$(plain.unit))

# Scripts find the fault programs in FAULT_BIN, the library in ANNOPROJ_LIBRARY.
fault: $(plain.fault) $(plain.shared) ## crashes, full disks, several processes: tests/fault
	$(call heading,fault tests)
	@$(PYTHON_ENV) FAULT_BIN=$(abspath $(plain.dir))/tests/fault $(RUN_BOUNDED) $(plain.fault_run) $(FAULT_SCRIPTS)

coverage: $(coverage.unit) ## line coverage of lib under the unit tests
	$(call heading,coverage of lib under the unit tests)
	@find $(coverage.dir) -name '*.gcda' -delete
	@$(RUN_BOUNDED) $(coverage.unit)
	@gcovr --root . --object-directory $(coverage.dir) --filter lib/ --sort-percentage $(coverage.dir)/lib \
	    $(if $(findstring clang,$(CC)),--gcov-executable "llvm-cov gcov")

# What apt does not have comes by pip into a virtual environment in the build folder; without network it is named and
# left out.
VENV := $(abspath $(BUILD))/venv
$(VENV)/bin/python:
	@mkdir -p $(BUILD) && $(PYTHON) -m venv $(VENV) || { mkdir -p $(VENV)/bin && ln -sf "$$(command -v $(PYTHON))" $@; }

$(VENV)/%.tried: | $(VENV)/bin/python
	@flock $(VENV) $(VENV)/bin/pip install -q --disable-pip-version-check --retries 1 --timeout 15 $* || echo "NOT AVAILABLE: $*"
	@touch $@

# Programs and scripts find the size in SIZE; ORACLE_PYTHON runs with the baselines.
SIZE ?= full
ORACLES := duckdb
bench: $(plain.bench) $(plain.shared) $(plain.sql) $(if $(BENCH_SCRIPTS),$(ORACLES:%=$(VENV)/%.tried)) ## measurements as ratios to baselines (SIZE=full or small)
	@for program in $(plain.bench); do printf '\n== %s (%s)\n' "$$(basename $$program)" $(SIZE); \
	    SIZE=$(SIZE) ORACLE_PYTHON=$(VENV)/bin/python ANNOPROJ_SQL=$(abspath $(plain.sql)) $$program || exit 1; done
	@for script in $(BENCH_SCRIPTS); do printf '\n== %s (%s)\n' "$$(basename $$script)" $(SIZE); \
	    SIZE=$(SIZE) $(PYTHON_ENV) $(VENV)/bin/python $$script || exit 1; done

# ---- The contract -----------------------------------------------------------------------------
check-build: $(plain.shared) $(plain.static) $(plain.sql) $(plain.test_objects)
	$(call heading,built with $(CC)$(comma) warnings as errors)

check-build-other: $(other.shared) $(other.sql) $(other.test_objects)
	$(call heading,built with $(OTHER_CC)$(comma) warnings as errors)

C_HEADER := -std=c99 -pedantic -Wall -Wextra -Wstrict-prototypes -Werror -Iinclude -fsyntax-only -x c
CXX_HEADER := -std=c++17 -pedantic -Wall -Wextra -Werror -Iinclude -fsyntax-only -x c++
check-header: | ready ## annoproj.h alone compiles as C99 and as C++17
	$(call heading,the header alone as C99 and C++17)
	echo '#include "annoproj.h"' | $(CC) $(C_HEADER) -
	echo '#include "annoproj.h"' | $(OTHER_CC) $(C_HEADER) -
	echo '#include "annoproj.h"' | clang++ $(CXX_HEADER) -
	if command -v g++ >/dev/null; then echo '#include "annoproj.h"' | g++ $(CXX_HEADER) -; fi

NAMES = $(plain.dir)/names
check-symbols: $(plain.shared) ## exported symbols == prototypes of the header == version map
	$(call heading,exported symbols == header == version map)
	@$(header_names) > $(NAMES).header
	@$(map_names) > $(NAMES).map
	@$(NM) -D --defined-only $(plain.shared) | awk '$$2 != "A" { sub(/@.*/, "", $$3); print $$3 }' | LC_ALL=C sort > $(NAMES).exported
	@test -s $(NAMES).header
	diff -u --label "prototypes in include/annoproj.h" --label "lib/annoproj.map (make map writes it)" $(NAMES).header $(NAMES).map
	diff -u --label "prototypes in include/annoproj.h" --label "exported by $(SONAME)" $(NAMES).header $(NAMES).exported
	@echo "$$(wc -l < $(NAMES).header) symbols"

check-static: $(plain.static) ## only annoproj_* is visible in libannoproj.a
	$(call heading,the static library shows annoproj_* only)
	@$(header_names) > $(NAMES).header
	@$(NM) -g --defined-only $(plain.static) | awk 'NF == 3 { print $$3 }' | LC_ALL=C sort > $(NAMES).static
	diff -u --label "prototypes in include/annoproj.h" --label "global in libannoproj.a" $(NAMES).header $(NAMES).static

check-rules: | ready ## rules of the house that a search can see
	$(call heading,rules of the house)
	@CC="$(CC)" FLAT_FLAGS="-std=c11 -D_GNU_SOURCE $(LIB_CFLAGS)" sh tests/support/check_rules.sh $(plain.dir)/flat

# Names in `.so` pages are those of the installed tree.
check-man: $(STAGE)/stamp ## the manual pages are without fault for mandoc, and for man where it is here
	$(call heading,manual pages)
	@cd $(STAGE)/share/man && mandoc -T lint -W style $$(grep -L '^\.so ' man*/*)
	@cd $(STAGE)/share/man && for page in $$(sed -n 's/^\.so //p' man*/*); do test -f $$page || { echo "no page $$page" >&2; exit 1; }; done
	@! man --version >/dev/null 2>&1 || { cd $(STAGE)/share/man && \
	    for page in man*/*; do man --warnings -E UTF-8 -l $$page 2>&1 >/dev/null; done | grep . && exit 1 || true; }
	@echo "$(words $(MAN_PAGES)) pages"

# Installed under DESTDIR, used with nothing but pkg-config, shared and static, and uninstalled to the last file.
INSTALLED := $(abspath $(plain.dir))/installed
HOST_PROGRAMS := tests/install/program.c examples/work_queue.c
$(eval $(call prefix_of,check-uninstall,$(INSTALLED)/root,/usr))
check-install: $(STAGE)/stamp $(HOST_PROGRAMS) check-uninstall ## the installed library by pkg-config alone, shared and static
	$(call heading,installed library through pkg-config$(comma) shared and static)
	@PKG_CONFIG="$(STAGED)" CC="$(plain.cc) -std=c11 $(WARNINGS) -Werror" sh tests/install/host_programs.sh $(INSTALLED)/programs $(HOST_PROGRAMS)

check-uninstall: $(plain.shared) $(plain.static) $(plain.sql) ## uninstall leaves nothing of what install put there
	@rm -rf $(INSTALLED) && mkdir -p $(INSTALLED)
	@$(install_files)
	@$(uninstall_files)
	@left=$$(find $(DESTDIR) ! -type d); test -z "$$left" || { echo "uninstall leaves: $$left" >&2; exit 1; }

PYTHON_TESTS := $(sort $(wildcard tests/conformance/test_*.py))
check-python: $(plain.shared) ## tests of the Python package
	$(call heading,Python package)
	@$(PYTHON_ENV) $(RUN) --wrapper "$(PYTHON)" $(PYTHON_TESTS)

# The Go package's own tests, over the installed library; then the module alone, the generator, time zones (tests/go).
check-go: $(STAGE)/stamp ## tests of the Go package, with the race detector; its module alone builds, bundled and installed
	$(call heading,Go package)
	@left=$$($$($(GO) env GOROOT)/bin/gofmt -l bindings/go examples tests/go); test -z "$$left" || { echo "gofmt would change: $$left" >&2; exit 1; }
	$(GO_INSTALLED) vet .
	$(GO_INSTALLED) vet ../../examples/demo.go
	$(GO_INSTALLED) test -race -count=1 .
	$(PYTHON_ENV) GO=$(GO) STAGE=$(STAGE) GO_RUNS=$(abspath $(plain.dir))/go $(PYTHON) -m unittest discover -q -s tests/go

# The shell and Python as hosts, then programs under the sanitizers that read sound and damaged stores, and with memory that fails.
SQL_POINTS ?= 8
SQL_TESTS := $(sort $(wildcard tests/sql/test_*.py))
check-sql: $(plain.shared) $(plain.sql) $(asan.sql) $(asan.dir)/tests/sql/load_sql $(asan.dir)/tests/sql/fail_sql ## the SQL extension: its tables against the public functions, its hosts, its memory (TEST_SEED, SQL_POINTS; 0 = every allocation)
	$(call heading,SQL extension)
	@exported=$$($(NM) -D --defined-only $(plain.sql) | awk '{ print $$3 }'); test "$$exported" = sqlite3_annoprojsql_init || \
	    { echo "$(SQL_EXTENSION) exports: $$exported" >&2; exit 1; }
	@$(PYTHON_ENV) ANNOPROJ_SQL=$(abspath $(plain.sql)) $(RUN) --wrapper "$(PYTHON)" $(SQL_TESTS)
	@$(SANITIZER_ENV) $(asan.dir)/tests/sql/load_sql $(abspath $(asan.sql)) tests/data/store-v1.annoproj 12 $(TEST_SEED)
	@$(SANITIZER_ENV) $(asan.dir)/tests/sql/fail_sql $(abspath $(asan.sql)) tests/data/store-v1.annoproj $(SQL_POINTS) $(TEST_SEED)

# Random operations against a reference that knows only the specification, in as many processes as there are cores.
OPERATIONS ?= 200000
.PHONY: model
model: check-model ## the same as check-model: make model OPERATIONS=1000000
check-model: $(plain.shared) ## random operations against the reference model (OPERATIONS, SEED)
	$(call heading,the library against the reference model)
	@$(PYTHON_ENV) $(if $(SEED),TEST_SEED=$(SEED) )$(PYTHON) tests/model/run_model.py --operations $(OPERATIONS) --jobs $(JOBS)

# What users read tables with; a renderer shows that the Vega-Lite specifications are ones.
TABLE_READERS := pyarrow polars pandas duckdb vl-convert-python
check-readers: $(plain.shared) $(TABLE_READERS:%=$(VENV)/%.tried) ## tables read by pyarrow, polars, pandas and DuckDB; specifications drawn by Vega-Lite
	$(call heading,tables as others read them)
	@$(PYTHON_ENV) timeout 120 $(VENV)/bin/python tests/oracle/table_readers.py

# The reference product's SDK with what its COCO exporter needs, and two other readers of COCO.
EXCHANGE_READERS := encord==0.1.211 opencv-python-headless shapely pycocotools supervision
check-exchange: $(plain.shared) $(EXCHANGE_READERS:%=$(VENV)/%.tried) ## ontologies, label rows and COCO as the reference product's SDK, pycocotools and supervision read them
	$(call heading,exchange formats as others read them)
	@$(PYTHON_ENV) timeout 120 $(VENV)/bin/python tests/oracle/exchange.py

TYPE_CHECKERS := mypy==2.4.1 basedpyright==1.40.2
check-types: $(plain.shared) $(TYPE_CHECKERS:%=$(VENV)/%.tried) ## the type stubs against the package, by mypy and pyright
	$(call heading,type stubs)
	@$(PYTHON_ENV) sh tests/conformance/check_types.sh $(VENV)/bin

check-wheel: $(plain.shared) ## pip install from a source distribution and from the checkout, offline, used elsewhere
	$(call heading,wheel)
	@$(PYTHON) tests/install/check_wheel.py $(abspath $(plain.dir))/wheel $(abspath $(plain.shared))

# What this format's stores look like, for later versions to open. A released format's is never written again.
.PHONY: golden
golden: $(plain.shared) ## writes tests/data/store-v<N>.annoproj and what it says anew (before the format's first release only)
	$(PYTHON_ENV) $(PYTHON) tests/conformance/golden/make.py tests/data

# The demos from C, Python and Go write the same bytes, and a recount from the event feed gives the same figures;
# the sample makes every kind of event and fills every report.
FIXTURES ?= ../shared/fixtures
DEMO_INPUTS := $(wildcard examples/data/sample.coco.json $(FIXTURES)/coco/*.json)
RECOUNT := tests/conformance/recount.py
DEMO_RUNS := $(plain.dir)/demo
check-demo: $(DEMO) $(DEMO_GO) $(plain.shared) ## the demo on its sample and the fixtures, C == Python == Go == recount
	@rm -rf $(DEMO_RUNS) && mkdir -p $(DEMO_RUNS)
	@set -e; for input in $(DEMO_INPUTS); do \
	    out=$(DEMO_RUNS)/$$(basename $$input .json); \
	    printf '\n== demo: %s\n' $$input; \
	    $(DEMO) $$input $$out.c > $$out.c.txt || { cat $$out.c.txt; exit 1; }; tail -n 3 $$out.c.txt; \
	    $(PYTHON_DEMO) $$input $$out.python > $$out.python.txt || { cat $$out.python.txt; exit 1; }; \
	    $(DEMO_GO) $$input $$out.go > $$out.go.txt || { cat $$out.go.txt; exit 1; }; \
	    diff -r $$out.c $$out.python; diff -r $$out.c $$out.go; echo "C, Python and Go wrote the same bytes"; \
	    case $$input in examples/*) complete=--complete;; *) complete=;; esac; \
	    $(PYTHON_ENV) $(PYTHON) $(RECOUNT) $$complete $$out.c/project.annoproj; \
	done

# Until the seconds are over; what runs then is ended.
RECOUNT_SECONDS ?= 20
check-recount: $(plain.shared) ## every report on random projects against a recount of their events (RECOUNT_SECONDS, TEST_SEED)
	$(call heading,reports of random projects against a recount of their events)
	@$(PYTHON_ENV) $(PYTHON) $(RECOUNT) --random $(RECOUNT_SECONDS) --jobs $(JOBS)

check-masks: $(plain.shared) $(VENV)/pycocotools.tried ## bitmasks in and out against pycocotools, random ones and those of the fixtures (TEST_SEED)
	$(call heading,bitmasks against pycocotools)
	@$(PYTHON_ENV) $(VENV)/bin/python tests/conformance/masks.py $(wildcard $(FIXTURES)/coco/*.json)

# The samples of the README, taken from its text, on the store of the demo.
README_RUN := $(DEMO_RUNS)/readme
check-readme: check-demo ## the samples of the README compile and run on the demo's store
	$(call heading,samples of the README)
	@rm -rf $(README_RUN) && mkdir -p $(README_RUN) && cp -r $(DEMO_RUNS)/sample.coco.c $(README_RUN)/demo-out
	@awk '/^```/ { inside = $$0 == "```c" } inside && !/^```/' README.md > $(README_RUN)/sample.c
	@awk '/^```/ { inside = $$0 == "```python" } inside && !/^```/' README.md > $(README_RUN)/sample.py
	@awk '/^```/ { inside = $$0 == "```go" } inside && !/^```/' README.md > $(README_RUN)/sample.go
	@awk '/^```/ { inside = $$0 == "```sql" } inside && !/^```/' README.md > $(README_RUN)/sample.sql
	$(plain.cc) -std=c11 $(WARNINGS) -Werror -o $(README_RUN)/sample $(README_RUN)/sample.c $$($(STAGED) --cflags --libs annoproj) -Wl,-rpath,$(STAGE)/lib
	cd $(README_RUN) && ./sample > sample.c.txt && test -s sample.c.txt
	cd $(README_RUN) && $(PYTHON_ENV) $(PYTHON) sample.py > sample.py.txt && test -s sample.py.txt
	cd $(README_RUN) && sqlite3 -batch -bail -cmd ".load $$($(STAGED) --variable=sql_extension annoproj)" \
	    'file:demo-out/project.annoproj?mode=ro' < sample.sql > sample.sql.txt && test -s sample.sql.txt
	$(GO_INSTALLED) build -o $(abspath $(README_RUN))/sample-go $(abspath $(README_RUN))/sample.go
	cd $(README_RUN) && ./sample-go > sample.go.txt && test -s sample.go.txt

# ---- make check -------------------------------------------------------------------------------
CHECKS := \
    check-build \
    check-build-other \
    check-header \
    check-symbols \
    check-static \
    check-rules \
    check-bindings \
    unit \
    asan \
    tsan \
    fault \
    check-man \
    check-install \
    check-python \
    check-go \
    check-sql \
    check-readers \
    check-exchange \
    check-types \
    check-wheel \
    check-model \
    check-recount \
    check-masks \
    check-demo \
    check-readme
.PHONY: check $(CHECKS) check-uninstall
check: $(CHECKS) ## everything: gcc and clang, contract, unit tests, sanitizers, faults, Python, Go, demo; sets up what is missing
	$(call heading,make check: all of it passed)

# One step after the other, so that the output reads in order; compilations of later steps run beside.
ifneq ($(filter check,$(GOALS)),)
previous :=
$(foreach step,$(CHECKS),$(if $(previous),$(eval $(step): | $(previous)))$(eval previous := $(step)))
endif

# ---- Style ------------------------------------------------------------------------------------
STYLED = $(filter-out tests/generated/%,$(wildcard lib/*/*.[ch] tests/*/*.[ch] examples/*.c))
.PHONY: format check-format lint
format: | ready ## clang-format over lib, tests and examples
	clang-format -i $(STYLED)

check-format: | ready ## what clang-format would change
	clang-format --dry-run --Werror $(STYLED)

lint: check-rules ## clang-tidy over lib, and the rules of the house
	$(call heading,clang-tidy)
	@printf '%s\n' $(LIB_SOURCES) | xargs -P $(JOBS) -n 1 sh -c \
	    'found=$$(clang-tidy --quiet "$$0" -- $(MANDATORY) $(LIB_CFLAGS) 2>&1) || { echo "$$found"; exit 1; }'
