#!/bin/sh
# Rules of the house that a search can see. Argument: a folder for the flat copy. CC and FLAT_FLAGS from make.
set -u
flat=$1
bad=0

# complain "what is wrong" "lines": nothing when there are no lines.
complain() {
    if [ -n "$2" ]; then
        printf '%s:\n%s\n' "$1" "$2" | sed '2,$s/^/    /' >&2
        bad=1
    fi
}

written=$(find Makefile .ci lib include tests bindings examples docs README.md -type f ! -name '*.pyc' ! -name '*.json' \
    ! -name check_rules.sh ! -path 'bindings/go/internal/clib/*.[ch]' 2>/dev/null | LC_ALL=C sort)
by_hand=$(for file in $written; do
    case $file in *.c | *.h | *.py | *.sh | *.mk) head -n 5 "$file" | grep -q 'DO NOT EDIT' || echo "$file" ;; esac
done)

complain "sqlite3.h is included outside lib/store, or sqlite3ext.h not by host_sqlite.h" \
    "$(grep -ln '# *include *[<"]sqlite3' lib/*/*.[ch] include/*.h | grep -v -e '^lib/store/' -e '^lib/sql/host_sqlite.h$'
    grep -ln '# *include *[<"]sqlite3ext' lib/store/*.[ch])"

# store/sql_in_schema.c puts a name before each table that stands behind FROM or JOIN.
complain "a statement lists tables with commas: JOIN them" \
    "$(grep -nE '"[^"]*(FROM|JOIN) +[a-z_]+( +(AS +)?[a-z]+)? *,' lib/*/*.[ch])"

complain "the library includes contract.h, never annoproj.h" \
    "$(grep -ln '# *include *[<"]annoproj.h' lib/*/*.[ch] | grep -v '^lib/base/contract.h$')"

complain "base names that occur twice in lib" \
    "$(for file in lib/*/*.[ch]; do basename "$file"; done | LC_ALL=C sort | uniq -d)"

complain "longer than 700 lines" \
    "$(for file in $by_hand; do [ "$file" = include/annoproj.h ] || awk 'END { if (NR > 700) print FILENAME ": " NR }' "$file"; done)"

complain "words that promise work instead of doing it" "$(grep -nwE 'TODO|FIXME|XXX|HACK' $written)"

complain "paths of somebody's machine" "$(grep -nE '(^|[^A-Za-z0-9_.])/(home|root|Users)/[A-Za-z]' $written)"

rm -rf "$flat" && mkdir -p "$flat" && cp lib/*/*.[ch] include/annoproj.h "$flat" || exit 1
complain "a flat copy of lib does not build" \
    "$(cd "$flat" && for file in *.c; do $CC $FLAT_FLAGS -fsyntax-only -iquote . "$file" 2>&1 || echo "$file"; done)"

if [ $bad = 0 ]; then
    echo "kept by $(printf '%s\n' $written | wc -l) files"
fi
exit $bad
