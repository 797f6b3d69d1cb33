// SPDX-License-Identifier: MIT
// The note is that of model/libtorch/note.cpp.
#include "gstausmlibtorch.h"

#include <dlfcn.h>
#include <elf.h>
#include <glib.h>
#include <link.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>

namespace ausm::gst {

namespace {

constexpr std::string_view kOwner = "AUSM-LT";
constexpr ElfW(Word) kType = 1;

struct Unmap {
    void operator()(GMappedFile* file) const noexcept { g_mapped_file_unref(file); }
};

/// A part of the file, empty when it does not lie in it.
std::string_view part(std::string_view file, std::uint64_t offset, std::uint64_t size) {
    return offset <= file.size() && size <= file.size() - offset ? file.substr(offset, size) : std::string_view();
}

template <typename Header>
bool read(std::string_view file, std::uint64_t offset, Header& header) {
    const auto bytes = part(file, offset, sizeof header);
    if (bytes.empty())
        return false;
    std::memcpy(&header, bytes.data(), sizeof header);
    return true;
}

/// The text of our note among others, which follow each other padded to 4 bytes; "" when it is not there.
std::string_view find_note(std::string_view notes) {
    const auto padded = [](std::uint64_t size) { return (size + 3) / 4 * 4; };
    ElfW(Nhdr) header;
    for (std::uint64_t at = 0; read(notes, at, header);) {
        const auto name = part(notes, at + sizeof header, header.n_namesz);
        const auto text = part(notes, at + sizeof header + padded(header.n_namesz), header.n_descsz);
        if (header.n_type == kType && name.substr(0, name.find('\0')) == kOwner)
            return text;
        at += sizeof header + padded(header.n_namesz) + padded(header.n_descsz);
    }
    return {};
}

std::string_view find_note_in_file(std::string_view file) {
    ElfW(Ehdr) header;
    if (!read(file, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_phentsize != sizeof(ElfW(Phdr)))
        return {};
    for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
        ElfW(Phdr) segment;
        if (!read(file, header.e_phoff + i * sizeof segment, segment))
            return {};
        if (segment.p_type != PT_NOTE)
            continue;
        if (const auto text = find_note(part(file, segment.p_offset, segment.p_filesz)); !text.empty())
            return text;
    }
    return {};
}

struct Close {
    void operator()(void* library) const noexcept { dlclose(library); }
};
using Handle = std::unique_ptr<void, Close>;

/// What the loader takes for this name without loading anything.
Handle loaded(const char* name) { return Handle(dlopen(name, RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD)); }

std::filesystem::path path_of(const Handle& library) {
    const link_map* map = nullptr;
    return dlinfo(library.get(), RTLD_DI_LINKMAP, &map) == 0 ? std::filesystem::path(map->l_name)
                                                             : std::filesystem::path();
}

/// LibTorch tells since 2.9: major, minor and patch are the three highest bytes.
std::string version_of(const Handle& library) {
    const auto tell =
        library ? reinterpret_cast<std::uint64_t (*)()>(dlsym(library.get(), "aoti_torch_abi_version")) : nullptr;
    if (!tell)
        return {};
    const std::uint64_t version = tell();
    const auto byte = [version](int shift) { return std::to_string(version >> shift & 0xff); };
    return byte(56) + "." + byte(48) + "." + byte(40);
}

}  // namespace

std::optional<LibTorch> needed_libtorch(const std::string& library) {
    const std::unique_ptr<GMappedFile, Unmap> file(g_mapped_file_new(library.c_str(), FALSE, nullptr));
    if (!file || g_mapped_file_get_length(file.get()) == 0)
        return std::nullopt;
    const auto text = find_note_in_file({g_mapped_file_get_contents(file.get()), g_mapped_file_get_length(file.get())});
    const auto end = text.find('\0');
    if (end == std::string_view::npos)
        return std::nullopt;
    const auto folder = text.substr(end + 1);
    return LibTorch{std::string(text.substr(0, end)), std::string(folder.substr(0, folder.find('\0')))};
}

std::optional<LibTorch> other_libtorch(const LibTorch& needed) {
    const std::string version = version_of(loaded("libtorch_cpu.so"));
    for (const char* name : {"libtorch_cpu.so", "libc10.so"}) {
        const Handle library = loaded(name);
        if (!library)
            continue;
        const auto path = path_of(library);
        std::error_code error;
        if (!std::filesystem::equivalent(path, std::filesystem::path(needed.folder) / name, error) &&
            version != needed.version)
            return LibTorch{version, path.parent_path().string()};
    }
    return std::nullopt;
}

}  // namespace ausm::gst
