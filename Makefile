# libannoproj. `make help` lists the targets.
#
# Yours to set: CC CFLAGS LDFLAGS PREFIX DESTDIR (also LIBDIR INCLUDEDIR MANDIR, BUILD, V=1, WERROR=1, JOBS=n).
# Every set of flags builds into its own folder, build/<variant>-<hash>, so that nothing mixes.
# The .mk files lie beside what they build; there is one graph and make never calls itself.

MAKEFLAGS += --no-builtin-rules --no-builtin-variables
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
SHELL := /bin/sh

ifeq ($(origin CC),default)
CC := gcc
else
CC ?= gcc
endif
AR ?= ar
OBJCOPY ?= objcopy
NM ?= nm
PYTHON ?= python3
GO ?= go
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
BUILD ?= build
JOBS ?= $(shell nproc 2>/dev/null || echo 1)

GOALS := $(or $(MAKECMDGOALS),all)

# The two commands of the README do the whole set-up and use every core; `check` takes no warnings.
SETUP_GOALS := demo demo-python demo-go check
ifneq ($(filter $(SETUP_GOALS),$(GOALS)),)
MAKEFLAGS += -j$(JOBS)
endif
ifneq ($(filter check,$(GOALS)),)
override WERROR := 1
endif

Q := $(if $(V),,@)
comma := ,
define newline


endef
heading = @printf '\n== %s\n' "$(1)"

# ---- What must be there -----------------------------------------------------------------------
LIB_PACKAGES := sqlite3 libpcre2-8 libxxhash
BUILD_APT := gcc libc6-dev binutils pkg-config libsqlite3-dev libpcre2-dev libxxhash-dev
TEST_APT := libcmocka-dev libcjson-dev clang mandoc python3 python3-venv sqlite3

NEEDS_TESTS := $(filter check check-sql deps unit asan ubsan tsan valgrind coverage fault fuzz bench,$(GOALS))
NEEDED_PROGRAMS := $(firstword $(CC)) $(AR) $(OBJCOPY) $(PKG_CONFIG)
NEEDED_PROGRAMS += $(if $(filter check deps,$(GOALS)),gcc clang clang++ mandoc) $(if $(filter check deps check-sql check-readme,$(GOALS)),sqlite3) $(if $(filter fuzz,$(GOALS)),clang)
NEEDED_PROGRAMS += $(if $(NEEDS_TESTS)$(filter demo-python bindings check-bindings check-python check-types check-wheel check-go,$(GOALS)),$(PYTHON))
NEEDED_PROGRAMS += $(if $(filter check deps demo-go check-go check-demo check-readme,$(GOALS)),$(GO))
NEEDED_PROGRAMS += $(if $(filter valgrind,$(GOALS)),valgrind) $(if $(filter coverage,$(GOALS)),gcovr)
NEEDED_PROGRAMS += $(if $(filter format check-format,$(GOALS)),clang-format) $(if $(filter lint,$(GOALS)),clang-tidy)
NEEDED_PACKAGES := $(LIB_PACKAGES) $(if $(NEEDS_TESTS),cmocka libcjson)
EXTRA_APT := $(filter valgrind gcovr clang-format clang-tidy,$(NEEDED_PROGRAMS))
# One's own Go, of whatever version, is left alone.
EXTRA_APT += $(if $(filter fuzz,$(GOALS)),libclang-rt-dev)
EXTRA_APT += $(if $(filter $(GO),$(NEEDED_PROGRAMS)),$(if $(shell command -v $(GO)),,golang-go))
NEEDED_APT := $(strip $(BUILD_APT) $(if $(NEEDS_TESTS)$(filter $(PYTHON),$(NEEDED_PROGRAMS)),$(TEST_APT)) $(EXTRA_APT))

MISSING := $(strip $(shell for p in $(NEEDED_PROGRAMS); do command -v $$p >/dev/null 2>&1 || echo $$p; done; \
    for p in $(NEEDED_PACKAGES); do $(PKG_CONFIG) --exists $$p 2>/dev/null || echo $$p; done; \
    $(if $(filter fuzz,$(GOALS)),echo 'extern int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' | \
        clang -x c -fsanitize=fuzzer$(comma)address -o /dev/null - 2>/dev/null || echo libclang_rt.fuzzer;)))
APT_LINE := apt-get install -y --no-install-recommends $(NEEDED_APT)

# `ready` stands before every compilation. Only `deps`, `check` and the demos install.
.PHONY: ready deps
deps: ## install what building and testing need, by apt-get (as root or with sudo)
ifeq ($(MISSING),)
ready: ;
deps:
	@echo "deps: everything is there"
else ifneq ($(filter deps $(SETUP_GOALS),$(GOALS)),)
ready: deps
deps:
	$(call heading,deps: missing: $(MISSING))
	@if [ "$$(id -u)" = 0 ]; then as=; \
	elif command -v sudo >/dev/null 2>&1; then as=sudo; [ -t 0 ] || as="sudo -n"; \
	else echo "Not root and no sudo. Run as root:  $(APT_LINE)" >&2; exit 1; fi; \
	command -v apt-get >/dev/null 2>&1 || { echo "No apt-get here. Install: $(MISSING)" >&2; exit 1; }; \
	$$as apt-get update && $$as env DEBIAN_FRONTEND=noninteractive $(APT_LINE) || \
	{ echo "Installing failed. Run as root:  $(APT_LINE)" >&2; exit 1; }
else
ready:
	@echo "Missing: $(MISSING)" >&2
	@echo "Run \`make deps\`, or as root:  $(APT_LINE)" >&2
	@exit 1
deps: ready
endif

# Asked for when a recipe runs, not before: `deps` may just have installed them.
once = $(eval $(1) := $(shell $(2)))$($(1))
LIB_CFLAGS = $(call once,LIB_CFLAGS,$(PKG_CONFIG) --cflags $(LIB_PACKAGES))
LIB_LIBS = $(call once,LIB_LIBS,$(PKG_CONFIG) --libs $(LIB_PACKAGES))
CMOCKA_CFLAGS = $(call once,CMOCKA_CFLAGS,$(PKG_CONFIG) --cflags cmocka)
CMOCKA_LIBS = $(call once,CMOCKA_LIBS,$(PKG_CONFIG) --libs cmocka)

# ---- Flags and variants -----------------------------------------------------------------------
WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wformat=2
ROOMS := $(sort $(patsubst %/,%,$(wildcard lib/*/)))
MANDATORY := -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=hidden -pthread -Iinclude $(addprefix -iquote ,$(ROOMS)) \
    -ffile-prefix-map=$(CURDIR)=. $(WARNINGS) $(if $(WERROR),-Werror)

# $(call variant,name,compiler,flags,link flags): the folder of a set of flags.
hash_of = $(shell printf '%s' '$(subst ','\'',$(1))' | cksum | cut -d' ' -f1)
define variant
VARIANTS += $(1)
$(1).cc := $(2)
$(1).cflags := $(3)
$(1).ldflags := $(4)
$(1).dir := $(BUILD)/$(1)-$(call hash_of,$(2) $(MANDATORY) $(3) $(4) $(AR) $(KEEP_GOING))
endef

SANITIZED := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all
VARIANTS :=
OTHER_CC := $(if $(findstring clang,$(CC)),gcc,clang)
$(eval $(call variant,plain,$(CC),$(CFLAGS),$(LDFLAGS)))
$(eval $(call variant,other,$(OTHER_CC),$(CFLAGS),$(LDFLAGS)))
$(eval $(call variant,asan,$(CC),$(SANITIZED) -fsanitize=address$(comma)undefined,$(LDFLAGS)))
$(eval $(call variant,ubsan,$(CC),$(SANITIZED) -fsanitize=undefined,$(LDFLAGS)))
$(eval $(call variant,tsan,$(CC),$(SANITIZED) -fsanitize=thread,$(LDFLAGS)))
$(eval $(call variant,fuzz,clang,$(SANITIZED) -fsanitize=fuzzer-no-link$(comma)address$(comma)undefined,$(LDFLAGS) -fsanitize=fuzzer))
$(eval $(call variant,coverage,$(CC),-O0 -g --coverage,$(LDFLAGS)))

# A file that does not compile ends the build, unless KEEP_GOING=1 leaves it out (unit tests only).
# Folders are those of the target; what the compiler aims at is looked at once per folder.
define compile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC    $< ($(1))")
	$(Q)$($(1).cc) $(MANDATORY) $(LIB_CFLAGS) $(EXTRA_CFLAGS) $($(1).cflags) -MMD -MP -c -o $@ $< \
	    $(if $(KEEP_GOING),|| { rm -f $@; echo "  LEFT OUT $<"; })
endef

define compile_rule
$($(1).dir)/%.o: %.c $($(1).dir)/platform | ready
	$$(call compile,$(1))

# The same source for another use: hosted/ is what the SQL extension is made of.
$($(1).dir)/hosted/%.o: %.c $($(1).dir)/platform | ready
	$$(call compile,$(1))

$($(1).dir)/platform: | ready
	@mkdir -p $$(@D)
	@echo | $($(1).cc) $($(1).cflags) -dM -E -x c - > $$@.macros
	@grep -q '__linux__ 1' $$@.macros && grep -q '__LP64__ 1' $$@.macros && \
	    grep -q '__BYTE_ORDER__ __ORDER_LITTLE_ENDIAN__' $$@.macros || \
	    { echo "libannoproj builds for 64-bit little-endian Linux only; '$(strip $($(1).cc) $($(1).cflags))' aims at something else." >&2; exit 1; }
	@mv $$@.macros $$@
endef
$(foreach v,$(VARIANTS),$(eval $(call compile_rule,$(v))))

include lib/lib.mk
include bindings/bindings.mk
include examples/examples.mk
include tests/tests.mk
include tests/fuzz/fuzz.mk

# ---- House-keeping ----------------------------------------------------------------------------
.PHONY: clean dist distcheck help
clean: ## remove the build folder and the demo's output
	rm -rf $(BUILD) demo-out

# The same commit gives the same bytes: order, owners, modes and times do not depend on the machine.
TARBALL := $(abspath $(BUILD))/libannoproj-$(VERSION).tar.gz
dist: ## a tarball of the files under version control, in the build folder; the same commit gives the same bytes
	@mkdir -p $(BUILD)
	@git rev-parse --git-dir >/dev/null || { echo "dist: the list of files comes from git, which has none here" >&2; exit 1; }
	@git ls-files -z | LC_ALL=C sort -z | tar --null -T - --transform 's,^,libannoproj-$(VERSION)/,' --format=ustar \
	    --owner=0 --group=0 --numeric-owner --mode=a+rX,u+w,go-w --mtime="@$$(git log -1 --format=%ct)" -cf $(TARBALL:.gz=)
	@gzip -9nf $(TARBALL:.gz=)
	@echo $(TARBALL)

distcheck: dist ## the tarball in a read-only folder without git: unit tests, installation, programs that only know pkg-config
	$(call heading,distcheck: $(notdir $(TARBALL)))
	@MAKEFLAGS= sh tests/install/check_dist.sh $(TARBALL) $(abspath $(BUILD))/distcheck $(JOBS)

help: ## this list
	@echo "Targets of libannoproj (variables: CC CFLAGS LDFLAGS PREFIX DESTDIR; V=1 shows commands, WERROR=1 takes no warnings):"
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | LC_ALL=C sort -t'|' -k1,1 | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'
	@echo "Your own folder:     make BUILD=/tmp/mine ...   (two makes at once need two folders)"
	@echo "One test alone:      make unit TEST=test_json_scan"
	@echo "Others' files broken: make unit TEST=test_json_scan KEEP_GOING=1   (leaves out what does not compile)"
