// SPDX-License-Identifier: MIT
// What is written, and the same read back with nothing taken for granted.
#include "train/packs/pack_file.h"

#include <cstring>
#include <limits>
#include <stdexcept>

namespace ausm::train {
namespace {

using nlohmann::json;

constexpr auto kFormat = "ausm-pack";

template <class T>
io::TensorView view(const char* dtype, const std::vector<T>& values) {
    return {dtype, {static_cast<std::int64_t>(values.size())}, std::as_bytes(std::span(values))};
}

[[noreturn]] void refuse(const io::Safetensors& file, const std::string& why) {
    throw std::runtime_error("'" + file.name() + "' is no whole pack: " + why);
}

const io::TensorView& tensor(const io::Safetensors& file, const std::string& name, const char* dtype) {
    const auto found = file.tensors().find(name);
    if (found == file.tensors().end())
        refuse(file, "the tensor '" + name + "' is missing");
    if (found->second.dtype != dtype || found->second.shape.size() != 1)
        refuse(file, "the tensor '" + name + "' is not " + dtype + " with one dimension");
    return found->second;
}

/// The frames' bytes in the tensor `name`, whose sizes are in the tensor `sizes`.
std::vector<std::span<const std::uint8_t>> pieces(const io::Safetensors& file, const std::string& name,
                                                  const std::string& sizes, std::int64_t frames) {
    const auto& all = tensor(file, name, "U8");
    const auto& list = tensor(file, sizes, "I32");
    if (list.shape[0] != frames)
        refuse(file, "the tensor '" + sizes + "' has " + std::to_string(list.shape[0]) + " numbers for " +
                         std::to_string(frames) + " frames");
    std::span rest(reinterpret_cast<const std::uint8_t*>(all.data.data()), all.data.size());
    std::vector<std::span<const std::uint8_t>> found;
    for (std::size_t i = 0; i < static_cast<std::size_t>(frames); ++i) {
        std::int32_t size = 0;
        std::memcpy(&size, list.data.data() + i * sizeof size, sizeof size);
        if (size < 0 || static_cast<std::size_t>(size) > rest.size())
            refuse(file, "the tensor '" + sizes + "' does not fit '" + name + "'");
        found.push_back(rest.first(static_cast<std::size_t>(size)));
        rest = rest.subspan(static_cast<std::size_t>(size));
    }
    if (!rest.empty())
        refuse(file, "the tensor '" + sizes + "' does not fit '" + name + "'");
    return found;
}

json describe(const PackedSet& set) {
    auto sequences = json::array();
    for (std::size_t i = 0; i < set.names.size(); ++i)
        sequences.push_back({set.names[i], set.frames[i]});
    const auto& source = set.source;
    return {{"name", source.name},         {"role", source.role},     {"complete", source.complete},
            {"cut_outs", source.cut_outs}, {"weight", source.weight}, {"research_only", source.research_only},
            {"join", source.join},         {"sequences", sequences}};
}

PackedSetView read_set(const io::Safetensors& file, const json& description, std::size_t index) {
    PackedSetView set;
    io::JsonFields fields(description, file.name() + ": sets[" + std::to_string(index) + "]");
    set.source = {fields.need<std::string>("name"),
                  "packed",
                  file.name(),
                  fields.need<std::string>("role"),
                  fields.need<bool>("complete"),
                  fields.need<bool>("cut_outs"),
                  fields.need<bool>("research_only"),
                  fields.need<double>("weight")};
    if (const auto& role = set.source.role;
        role != "picture" && role != "single" && role != "background" && role != "video" && role != "sprite")
        fields.fail("role", "'" + role + "' is no role");
    if (!(set.source.weight > 0))
        fields.fail("weight", "must be above 0");
    fields.get("join", set.source.join);  // younger than the first packs
    if (!(set.source.join >= 0 && set.source.join <= 1))
        fields.fail("join", "must be 0 to 1");
    std::int64_t frames = 0;
    for (const auto& sequence : fields.at("sequences")) {
        if (!sequence.is_array() || sequence.size() != 2 || !sequence[0].is_string() ||
            !sequence[1].is_number_unsigned() || sequence[1] == 0 || sequence[1] > 1'000'000'000)
            fields.fail("sequences", "must be a list of [name, frames]");
        set.names.push_back(sequence[0].get<std::string>());
        set.frames.push_back(sequence[1].get<std::int64_t>());
        frames += set.frames.back();
    }
    fields.finish();
    const auto prefix = std::to_string(index) + ".";
    set.pictures = pieces(file, prefix + "pictures", prefix + "picture_sizes", frames);
    set.runs = pieces(file, prefix + "runs", prefix + "run_sizes", frames);
    return set;
}

}  // namespace

void PackedSet::add(const PackedSequence& sequence) {
    names.push_back(sequence.name);
    frames.push_back(static_cast<std::int64_t>(sequence.frames.size()));
    for (const auto& frame : sequence.frames) {
        pictures.push_back(static_cast<std::int32_t>(frame.picture.size()));
        runs.push_back(static_cast<std::int32_t>(frame.runs.size()));
        picture_bytes.insert(picture_bytes.end(), frame.picture.begin(), frame.picture.end());
        run_bytes.insert(run_bytes.end(), frame.runs.begin(), frame.runs.end());
    }
}

std::int64_t PackedSet::size() const {
    constexpr std::size_t kSet = 1024, kSequence = 24, kFrame = 2 * sizeof(std::int32_t);
    auto bytes = kSet + source.name.size() + picture_bytes.size() + run_bytes.size() + kFrame * pictures.size();
    for (const auto& name : names)
        bytes += kSequence + 2 * name.size();  // JSON inside JSON may escape every character
    return static_cast<std::int64_t>(bytes);
}

std::vector<std::byte> write_part(const PackPart& part) {
    auto descriptions = json::array();
    std::map<std::string, io::TensorView> tensors;
    for (const auto& set : part.sets) {
        const auto prefix = std::to_string(descriptions.size()) + ".";
        tensors[prefix + "pictures"] = view("U8", set.picture_bytes);
        tensors[prefix + "runs"] = view("U8", set.run_bytes);
        tensors[prefix + "picture_sizes"] = view("I32", set.pictures);
        tensors[prefix + "run_sizes"] = view("I32", set.runs);
        descriptions.push_back(describe(set));
    }
    return io::write_safetensors(tensors, {{"format", kFormat},
                                           {"part", std::to_string(part.part)},
                                           {"last", part.last ? "true" : "false"},
                                           {"sets", descriptions.dump()}});
}

PackPartView read_part(const io::Safetensors& file) {
    if (const auto format = file.metadata().find("format");
        format == file.metadata().end() || format->second != kFormat)
        refuse(file, std::string("its metadata does not say that it is '") + kFormat + "'");
    PackPartView part;
    const auto& number = file.metadata("part");
    if (number.empty() || number.size() > 6 || number.find_first_not_of("0123456789") != std::string::npos)
        refuse(file, "its part is '" + number + "'");
    part.part = std::stoi(number);
    part.last = file.metadata("last") == "true";
    const auto sets = json::parse(file.metadata("sets"), nullptr, /*allow_exceptions=*/false);
    if (!sets.is_array())
        refuse(file, "its sets are no list");
    for (const auto& description : sets)
        part.sets.push_back(read_set(file, description, part.sets.size()));
    return part;
}

}  // namespace ausm::train
