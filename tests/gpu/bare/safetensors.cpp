// SPDX-License-Identifier: MIT
// Weights for a machine without nlohmann-json, on which nothing but the checks of tests/gpu is built: Python, which is
// there because LibTorch came with it, reads the header. Trusts the file more than model/io/safetensors.cpp does.
#include "io/safetensors.h"

#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace ausm::io {
namespace {

constexpr std::size_t kLengthBytes = 8;

/// Prints fields that end with NUL: "m" key value, or "t" name dtype begin end "size size ...". The entries of the
/// metadata's "config" become metadata, too: "config.D".
constexpr const char* kScript = R"(
import json, sys
def tell(*fields):
    sys.stdout.write("".join(str(f) + "\0" for f in fields))
header = json.load(open(sys.argv[1], encoding="utf-8"))
meta = header.pop("__metadata__", {})
for key, value in meta.items():
    tell("m", key, value)
for key, value in json.loads(meta.get("config", "{}")).items():
    tell("m", "config." + key, json.dumps(value))
for name, t in header.items():
    tell("t", name, t["dtype"], *t["data_offsets"], " ".join(map(str, t["shape"])))
)";

[[noreturn]] void fail(const std::string& name, const std::string& what) {
    throw std::runtime_error(name + ": " + what);
}

/// A file that is gone when this is.
class TemporaryFile {
public:
    explicit TemporaryFile(std::span<const std::byte> bytes) {
        const int file = mkstemp(path_.data());
        const bool whole = file >= 0 && write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
        if (file >= 0)
            close(file);
        if (!whole)
            fail(path_, "cannot be written");
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { std::remove(path_.c_str()); }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_ = std::filesystem::temp_directory_path() / "ausm-header-XXXXXX";
};

std::vector<std::string> header_fields(std::span<const std::byte> header, const std::string& name) {
    const TemporaryFile file(header);
    const std::string command = "'" AUSM_PYTHON "' -c '" + std::string(kScript) + "' '" + file.path() + "'";
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr)
        fail(name, "Python cannot be started");
    std::string text;
    for (int byte = std::fgetc(pipe); byte != EOF; byte = std::fgetc(pipe))
        text.push_back(static_cast<char>(byte));
    if (pclose(pipe) != 0)
        fail(name, "Python cannot read the header");
    std::vector<std::string> fields;
    std::istringstream stream(text);
    for (std::string field; std::getline(stream, field, '\0');)
        fields.push_back(field);
    return fields;
}

}  // namespace

Safetensors Safetensors::read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        fail(path, "cannot be opened");
    std::vector<std::byte> bytes(std::filesystem::file_size(path));
    if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
        fail(path, "cannot be read to its end");
    return parse(std::move(bytes), path);
}

Safetensors Safetensors::parse(std::vector<std::byte> bytes, const std::string& name) {
    Safetensors result;
    result.name_ = name;
    result.bytes_ = std::move(bytes);
    const std::span<const std::byte> all(result.bytes_);
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes && i < all.size(); ++i)
        length |= std::to_integer<std::uint64_t>(all[i]) << (8 * i);
    if (all.size() < kLengthBytes || length > all.size() - kLengthBytes)
        fail(name, "is not a safetensors file or is cut short");
    const auto data = all.subspan(kLengthBytes + length);
    const auto fields = header_fields(all.subspan(kLengthBytes, length), name);
    for (auto field = fields.begin(); field != fields.end();) {
        if (*field == "m") {
            result.metadata_.emplace(field[1], field[2]);
            field += 3;
            continue;
        }
        const auto begin = std::stoull(field[3]), end = std::stoull(field[4]);
        if (begin > end || end > data.size())
            fail(name, "tensor '" + field[1] + "' lies outside the file");
        TensorView view{field[2], {}, data.subspan(begin, end - begin)};
        std::istringstream sizes(field[5]);
        for (std::int64_t size = 0; sizes >> size;)
            view.shape.push_back(size);
        result.tensors_.emplace(field[1], std::move(view));
        field += 6;
    }
    return result;
}

std::vector<std::byte> write_safetensors(const std::map<std::string, TensorView>&,
                                         const std::map<std::string, std::string>&) {
    throw std::runtime_error("writing safetensors is not in this build: nlohmann-json was missing");
}

}  // namespace ausm::io
