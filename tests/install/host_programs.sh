#!/bin/sh
# Programs that know nothing but pkg-config: each is compiled against the shared and against the static library, and both
# run. Arguments: folder for the results, then C files. PKG_CONFIG and CC are those of the caller.
set -e
folder=$1
shift
mkdir -p "$folder"
libraries=$($PKG_CONFIG --variable=libdir annoproj)
for source in "$@"; do
    name=$folder/$(basename "$source" .c)
    # shellcheck disable=SC2046 # words are meant
    $CC -o "$name.shared" "$source" $($PKG_CONFIG --cflags --libs annoproj)
    # The linker takes a shared library before a static one of the same name, so that one is named by its file.
    $CC -o "$name.static" "$source" $($PKG_CONFIG --cflags annoproj) "$libraries/libannoproj.a" \
        $($PKG_CONFIG --static --libs annoproj | sed 's/-lannoproj//')
    if ldd "$name.static" | grep libannoproj; then exit 1; fi
    for linked in shared static; do
        rm -f "$name.$linked".annoproj*
        LD_LIBRARY_PATH=$libraries "$name.$linked" "$name.$linked.annoproj"
    done
done
