# SPDX-License-Identifier: MIT
# Checks of an installation: what is there, that it runs from where it lies, and what is said when a part is missing.
set -euo pipefail

# Nothing of the build may help.
unset AUSM_LIBRARY AUSM_WEIGHTS GST_PLUGIN_PATH GST_PLUGIN_PATH_1_0 LD_LIBRARY_PATH PKG_CONFIG_PATH

fail() {
    printf 'FAILED: %s\n' "$@" >&2
    exit 1
}

# with_plugin ROOT COMMAND...: as a user does whose prefix is not a system folder
with_plugin() {
    local root=$1
    shift
    GST_PLUGIN_PATH_1_0=$root/$libdir/gstreamer-1.0 GST_REGISTRY=$work/registry.bin OMP_WAIT_POLICY=passive "$@"
}

# segment ROOT: three pictures through the element; the output is in $work/log
segment() {
    with_plugin "$1" gst-launch-1.0 videotestsrc num-buffers=3 ! video/x-raw,width=320,height=240 ! ausmsegment ! \
        fakesink >"$work/log" 2>&1
}

check_files() {
    local root=$1 file
    for file in "$libdir/libausm.so.0" "$libdir/gstreamer-1.0/libgstausm.so" "$libdir/pkgconfig/ausm.pc" \
        "$datadir/ausm/ausm-nano.safetensors" "$datadir/ausm/LICENSE.md" "$datadir/ausm/prompt.schema.json" \
        "$datadir/ausm/maskjson.schema.json" \
        "$includedir/ausm/gstausmmeta.h" "$includedir/ausm/ausm.h"; do
        [[ -s $root/$file ]] || fail "$file is not installed"
    done
}

check_runs() {
    local root=$1 element
    for element in ausmsegment ausmprompt maskjson maskoverlay; do
        with_plugin "$root" gst-inspect-1.0 "$element" >"$work/log" 2>&1 || fail "gst-inspect-1.0 $element" "$(<"$work/log")"
    done
    segment "$root" || fail "the pipeline does not run from $root" "$(<"$work/log")"
}

check_tool() {
    local root=$1
    [[ -e $root/$bindir/ausm ]] || { echo 'the tool ausm was not built' && return; }
    "$root/$bindir/ausm" info "$root/$datadir/ausm/ausm-nano.safetensors" >"$work/log" 2>&1 ||
        fail 'ausm info' "$(<"$work/log")"
    grep -q nano "$work/log" || fail 'ausm info does not name the model' "$(<"$work/log")"
}

# A program of somebody else, which knows pkg-config only: the example of the header HEADER, in C and in C++.
# check_consumer HEADER FLAG...
check_consumer() {
    local header=$1 language
    shift
    for language in c cpp; do
        {
            echo '#include <ausm/gstausmmeta.h>'
            echo 'static void read_masks(GstBuffer* buffer) {'
            sed -n '/language="C"/,/\]|/p' "$header" | sed -e '1d;$d' -e 's/^ \*//'
            echo '}'
            cat <<'END'
int main(void) {
    GstAusmMetaView view;
    GstBuffer* buffer;
    gboolean found;

    gst_init(NULL, NULL);
    buffer = gst_buffer_new();
    read_masks(buffer);
    found = gst_ausm_meta_get(buffer, &view);
    gst_buffer_unref(buffer);
    return found;
}
END
        } >"$work/consumer.$language"
    done
    grep -q gst_ausm_meta_get_object "$work/consumer.c" || fail "there is no example in $header"
    ${CC:-cc} -std=c11 -Wall -Wextra -Werror "$work/consumer.c" -o "$work/consumer" "$@" ||
        fail 'the example does not compile as C'
    "$work/consumer" || fail 'the example in C does not run'
    ${CXX:-c++} -std=c++17 -Wall -Wextra -Werror "$work/consumer.cpp" -o "$work/consumer" "$@" ||
        fail 'the example does not compile as C++'
    "$work/consumer" || fail 'the example in C++ does not run'
}

check_installed_consumer() {
    local root=$1 flags
    # The file names the prefix that was configured; in a staged installation it is where packagers will unpack it.
    sed "s|^prefix=.*|prefix=$root|" "$root/$libdir/pkgconfig/ausm.pc" >"$work/ausm.pc"
    flags=$(PKG_CONFIG_PATH=$work pkg-config --cflags --libs ausm) || fail 'pkg-config does not find ausm'
    [[ $flags == *"-I$root/$includedir"* ]] || fail "pkg-config gives $flags"
    # shellcheck disable=SC2086 # several flags
    check_consumer "$root/$includedir/ausm/gstausmmeta.h" $flags
}

# check_missing ROOT FILE: without it the bus tells its full path, and with it all is well again
check_missing() {
    local root=$1 file=$2
    mv "$root/$file" "$work/away"
    if segment "$root"; then fail "the pipeline runs without $file"; fi
    grep -qF "$root/$file" "$work/log" || fail "the error does not name $root/$file:" "$(<"$work/log")"
    mv "$work/away" "$root/$file"
}

check_installation() {
    check_files "$1"
    check_runs "$1"
    check_tool "$1"
    check_installed_consumer "$1"
    check_missing "$1" "$libdir/libausm.so.0"
    check_missing "$1" "$datadir/ausm/ausm-nano.safetensors"
}
