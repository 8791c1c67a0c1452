# The library: shared (with the version script) and static (only the contract's names visible).
VERSION := $(shell sed -n 's/^\#define ANNOPROJ_VERSION "\(.*\)"$$/\1/p' include/annoproj.h)
ABI := 0
SONAME := libannoproj.so.$(ABI)
LIB_SOURCES := $(sort $(wildcard lib/*/*.c))

SHARED_LDFLAGS := -shared -pthread -Wl,-soname,$(SONAME) -Wl,--version-script=lib/annoproj.map \
    -Wl,-z,defs -Wl,-z,relro -Wl,-z,now -Wl,--as-needed

define lib_rules
$(1).objects := $(LIB_SOURCES:%.c=$($(1).dir)/%.o)
$(1).shared := $($(1).dir)/$(SONAME)
$(1).static := $($(1).dir)/libannoproj.a

$$($(1).shared): $$($(1).objects) lib/annoproj.map
	$(if $(V),,@echo "  LINK  $$@")
	$$(Q)$($(1).cc) $($(1).cflags) $(SHARED_LDFLAGS) $($(1).ldflags) -o $$@ $$($(1).objects) $$(LIB_LIBS) -lm
	@ln -sf $(SONAME) $($(1).dir)/libannoproj.so

# One relocatable object whose hidden names are local, so that a program's own names never clash.
$$($(1).static): $$($(1).objects)
	$(if $(V),,@echo "  AR    $$@")
	$$(Q)ld -r -o $($(1).dir)/annoproj.o $$($(1).objects)
	$$(Q)$(OBJCOPY) --localize-hidden $($(1).dir)/annoproj.o
	$$(Q)rm -f $$@ $$@.new && $(AR) crsD $$@.new $($(1).dir)/annoproj.o && mv $$@.new $$@

-include $$($(1).objects:.o=.d)
endef
$(foreach v,$(VARIANTS),$(eval $(call lib_rules,$(v))))

.PHONY: all install uninstall map
all: $(plain.shared) $(plain.static) ## the shared and the static library
	@ln -sfn $(notdir $(plain.dir)) $(BUILD)/current
	@echo "$(plain.shared) and libannoproj.a (also under $(BUILD)/current)"

# $(call put,destination folder or nothing,prefix,folder of libraries,folder of headers)
define put
install -d "$(1)$(3)/pkgconfig" "$(1)$(4)"
install -m 644 include/annoproj.h "$(1)$(4)/annoproj.h"
install -m 755 $(plain.shared) "$(1)$(3)/libannoproj.so.$(VERSION)"
ln -sf libannoproj.so.$(VERSION) "$(1)$(3)/$(SONAME)"
ln -sf $(SONAME) "$(1)$(3)/libannoproj.so"
install -m 644 $(plain.static) "$(1)$(3)/libannoproj.a"
sed -e 's,@PREFIX@,$(2),' -e 's,@LIBDIR@,$(patsubst $(2)/%,$${prefix}/%,$(3)),' \
    -e 's,@INCLUDEDIR@,$(patsubst $(2)/%,$${prefix}/%,$(4)),' -e 's,@VERSION@,$(VERSION),' \
    lib/annoproj.pc.in > "$(1)$(3)/pkgconfig/annoproj.pc"
chmod 644 "$(1)$(3)/pkgconfig/annoproj.pc"
endef

# $(call remove,destination folder or nothing,folder of libraries,folder of headers)
remove = rm -f "$(1)$(3)/annoproj.h" "$(1)$(2)/libannoproj.so.$(VERSION)" "$(1)$(2)/$(SONAME)" "$(1)$(2)/libannoproj.so" \
    "$(1)$(2)/libannoproj.a" "$(1)$(2)/pkgconfig/annoproj.pc"

install: $(plain.shared) $(plain.static) ## header, libraries, annoproj.pc into PREFIX (under DESTDIR); installs no dependency
	$(call put,$(DESTDIR),$(PREFIX),$(LIBDIR),$(INCLUDEDIR))
	$(if $(DESTDIR),,if [ "$$(id -u)" = 0 ]; then ldconfig; fi)

uninstall: ## remove what install put there
	$(call remove,$(DESTDIR),$(LIBDIR),$(INCLUDEDIR))
	$(if $(DESTDIR),,if [ "$$(id -u)" = 0 ]; then ldconfig; fi)

# What a host program sees: the library installed into the build folder.
STAGE := $(abspath $(plain.dir))/prefix
$(STAGE)/stamp: $(plain.shared) $(plain.static) include/annoproj.h lib/annoproj.pc.in
	@rm -rf $(STAGE)
	@echo "  STAGE $(STAGE:$(CURDIR)/%=%)"
	$(Q){ $(subst $(newline), && ,$(call put,,$(STAGE),$(STAGE)/lib,$(STAGE)/include)); }
	@touch $@
STAGED := PKG_CONFIG_PATH=$(STAGE)/lib/pkgconfig $(PKG_CONFIG)

# The names of the contract, one per line: comments and macros gone, then the word before each parameter list.
header_names = $(CC) -E -P -DANNOPROJ_API=ANNOPROJ_API include/annoproj.h | tr '\n' ' ' | tr ';' '\n' | \
    sed -n 's/.*ANNOPROJ_API[^(]*[ *]\(annoproj_[a-z0-9_]*\)(.*/\1/p' | LC_ALL=C sort
map_names = sed -n 's/^ *\(annoproj_[a-z0-9_]*\);$$/\1/p' lib/annoproj.map | LC_ALL=C sort

map: ## write lib/annoproj.map from the header
	@{ echo "ANNOPROJ_$(ABI) {"; echo "global:"; $(header_names) | sed 's/.*/    &;/'; echo "local:"; echo "    *;"; echo "};"; } > lib/annoproj.map
