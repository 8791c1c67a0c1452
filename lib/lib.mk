# The library: shared (with the version script) and static (only the contract's names visible).
VERSION := $(shell sed -n 's/^\#define ANNOPROJ_VERSION "\(.*\)"$$/\1/p' include/annoproj.h)
ABI := 0
SONAME := libannoproj.so.$(ABI)
SQL_SOURCES := $(sort $(wildcard lib/sql/*.c))
LIB_SOURCES := $(filter-out $(SQL_SOURCES),$(sort $(wildcard lib/*/*.c)))

# The SQL extension: its own room, the rooms of the library as far as they are reached, and of lib/store, over the SQLite of whoever
# loads it, these. It stays loaded, because handles do. Nothing else may be undefined: not -lsqlite3.
SQL_EXTENSION := annoproj_sql.so
SQL_STORE := blob_reader connection identity log_writes row_cells schema schema_store sql_in_schema sqlite_failure statements
SQL_HOSTED := $(SQL_SOURCES) $(SQL_STORE:%=lib/store/%.c)
SQL_LDFLAGS := -shared -pthread -Wl,--version-script=lib/sql/annoproj_sql.map -Wl,-z,nodelete \
    -Wl,-z,defs -Wl,-z,relro -Wl,-z,now -Wl,--as-needed

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

$(1).sql := $($(1).dir)/$(SQL_EXTENSION)
$(1).sql_objects := $(SQL_HOSTED:%.c=$($(1).dir)/hosted/%.o)

$($(1).dir)/hosted/%.o: EXTRA_CFLAGS = -include lib/sql/host_sqlite.h

$($(1).dir)/rooms.a: $$(filter-out $($(1).dir)/lib/store/%,$$($(1).objects))
	@rm -f $$@.new
	$$(Q)$(AR) crsD $$@.new $$^ && mv $$@.new $$@

$$($(1).sql): $$($(1).sql_objects) $($(1).dir)/rooms.a lib/sql/annoproj_sql.map
	$(if $(V),,@echo "  LINK  $$@")
	$$(Q)$($(1).cc) $($(1).cflags) $(SQL_LDFLAGS) $($(1).ldflags) -o $$@ $$($(1).sql_objects) $($(1).dir)/rooms.a \
	    $$(filter-out -lsqlite3,$$(LIB_LIBS)) -lm

-include $$($(1).objects:.o=.d) $$($(1).sql_objects:.o=.d)
endef
$(foreach v,$(VARIANTS),$(eval $(call lib_rules,$(v))))

.PHONY: all install uninstall map
all: $(plain.shared) $(plain.static) $(plain.sql) ## the shared and the static library, the SQL extension
	@ln -sfn $(notdir $(plain.dir)) $(BUILD)/current
	@echo "$(plain.shared), libannoproj.a and $(SQL_EXTENSION) (also under $(BUILD)/current)"

# Where things go: DESTDIR PREFIX LIBDIR INCLUDEDIR MANDIR, which STAGE below and check-install set for themselves.
MAN_PAGES := $(sort $(wildcard docs/man/man3/*.3 docs/man/man7/*.7))
define install_files
install -d "$(DESTDIR)$(LIBDIR)/pkgconfig" "$(DESTDIR)$(INCLUDEDIR)" "$(DESTDIR)$(MANDIR)/man3" "$(DESTDIR)$(MANDIR)/man7"
install -m 644 include/annoproj.h "$(DESTDIR)$(INCLUDEDIR)/annoproj.h"
install -m 755 $(plain.shared) "$(DESTDIR)$(LIBDIR)/libannoproj.so.$(VERSION)"
ln -sf libannoproj.so.$(VERSION) "$(DESTDIR)$(LIBDIR)/$(SONAME)"
ln -sf $(SONAME) "$(DESTDIR)$(LIBDIR)/libannoproj.so"
install -m 644 $(plain.static) "$(DESTDIR)$(LIBDIR)/libannoproj.a"
install -m 755 $(plain.sql) "$(DESTDIR)$(LIBDIR)/$(SQL_EXTENSION)"
sed -e 's,@PREFIX@,$(PREFIX),' -e 's,@LIBDIR@,$(patsubst $(PREFIX)/%,$${prefix}/%,$(LIBDIR)),' \
    -e 's,@INCLUDEDIR@,$(patsubst $(PREFIX)/%,$${prefix}/%,$(INCLUDEDIR)),' -e 's,@VERSION@,$(VERSION),' \
    lib/annoproj.pc.in > "$(DESTDIR)$(LIBDIR)/pkgconfig/annoproj.pc"
chmod 644 "$(DESTDIR)$(LIBDIR)/pkgconfig/annoproj.pc"
install -m 644 docs/man/man3/*.3 "$(DESTDIR)$(MANDIR)/man3"
install -m 644 docs/man/man7/*.7 "$(DESTDIR)$(MANDIR)/man7"
endef

INSTALLED_LIBS := libannoproj.so.$(VERSION) $(SONAME) libannoproj.so libannoproj.a $(SQL_EXTENSION) pkgconfig/annoproj.pc
define uninstall_files
rm -f "$(DESTDIR)$(INCLUDEDIR)/annoproj.h" $(foreach f,$(INSTALLED_LIBS),"$(DESTDIR)$(LIBDIR)/$(f)")
for page in $(MAN_PAGES:docs/man/%=%); do rm -f "$(DESTDIR)$(MANDIR)/$$page"; done
endef

install: $(plain.shared) $(plain.static) $(plain.sql) ## header, libraries, SQL extension, annoproj.pc, man pages into PREFIX (under DESTDIR); no dependency
	$(install_files)
	$(if $(DESTDIR),,if [ "$$(id -u)" = 0 ]; then ldconfig; fi)

uninstall: ## remove what install put there
	$(uninstall_files)
	$(if $(DESTDIR),,if [ "$$(id -u)" = 0 ]; then ldconfig; fi)

# $(call prefix_of,target,DESTDIR,PREFIX): the places of an installation of our own, whatever the user's are.
define prefix_of
$(1): override DESTDIR := $(2)
$(1): override PREFIX := $(3)
$(1): override LIBDIR := $(3)/lib
$(1): override INCLUDEDIR := $(3)/include
$(1): override MANDIR := $(3)/share/man
endef

# What a host program sees: the library installed into the build folder.
STAGE := $(abspath $(plain.dir))/prefix
$(eval $(call prefix_of,$(STAGE)/stamp,,$(STAGE)))
$(STAGE)/stamp: $(plain.shared) $(plain.static) $(plain.sql) include/annoproj.h lib/annoproj.pc.in $(MAN_PAGES)
	@rm -rf $(STAGE)
	@echo "  STAGE $(STAGE:$(CURDIR)/%=%)"
	@$(install_files)
	@touch $@
STAGED := env PKG_CONFIG_PATH=$(STAGE)/lib/pkgconfig $(PKG_CONFIG)

# The names of the contract, one per line: comments and macros gone, then the word before each parameter list.
header_names = $(CC) -E -P -DANNOPROJ_API=ANNOPROJ_API include/annoproj.h | tr '\n' ' ' | tr ';' '\n' | \
    sed -n 's/.*ANNOPROJ_API[^(]*[ *]\(annoproj_[a-z0-9_]*\)(.*/\1/p' | LC_ALL=C sort
map_names = sed -n 's/^ *\(annoproj_[a-z0-9_]*\);$$/\1/p' lib/annoproj.map | LC_ALL=C sort

map: ## write lib/annoproj.map from the header
	@{ echo "ANNOPROJ_$(ABI) {"; echo "global:"; $(header_names) | sed 's/.*/    &;/'; echo "local:"; echo "    *;"; echo "};"; } > lib/annoproj.map
