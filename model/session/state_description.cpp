// SPDX-License-Identifier: MIT
// JSON in the metadata "stream", read strictly: the file may come from anywhere.
#include "session/state_description.h"

#include "io/strict_json.h"

#include <algorithm>
#include <stdexcept>

namespace ausm {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "ausm-state";
constexpr const char *kVersion = "2", *kVersionWithAnchors = "3";
constexpr std::size_t kMostAnchors = 2;
constexpr int kMaxDepth = 4;
constexpr std::int64_t kMaxGrid = 4096;
constexpr std::int64_t kMaxCount = std::int64_t{1} << 53;  // of frames: JSON numbers are exact up to here

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(std::string(kStateName) + ": " + what); }

/// A whole number in low .. high.
std::int64_t whole(const json& number, const std::string& name, std::int64_t low, std::int64_t high) {
    const auto value = io::whole_number(number, low, high);
    if (!value)
        fail("its description is damaged: '" + name + "' is no whole number from " + std::to_string(low) + " to " +
             std::to_string(high));
    return *value;
}

std::int64_t whole_field(const json& object, const char* key, std::int64_t low, std::int64_t high) {
    return whole(object.at(key), key, low, high);
}

float score_of(const json& object) {
    const auto score = object.at("score").is_number() ? object.at("score").get<double>() : -1;
    if (!(score >= 0 && score <= 1))
        fail("its description is damaged: 'score' does not lie in 0 .. 1");
    return static_cast<float>(score);
}

json stream_json(const StateDescription& state) {
    json objects = json::array();
    for (const auto& object : state.table.objects())
        objects.push_back({{"id", object.id},
                           {"slot", object.slot},
                           {"label", object.label},
                           {"prompted", object.origin == ObjectOrigin::kPrompt},
                           {"unseen", object.unseen},
                           {"score", object.score}});
    json stream{{"objects", objects},         {"free", state.table.free_slots()}, {"next_id", state.table.next_id()},
                {"prompted", state.prompted}, {"frames", state.frames},           {"rows", state.rows},
                {"columns", state.columns}};
    for (const auto& place : state.anchors.places()) {
        json held = json::array();
        for (const auto& one : place)
            held.push_back({{"id", one.id}, {"slot", one.slot}});
        stream["anchors"].push_back(held);
    }
    return stream;
}

AnchorTable read_anchors(const json& stream, int slots, std::int64_t next_id) {
    std::vector<AnchorTable::Place> places;
    if (!stream.contains("anchors"))
        return {};
    for (const auto& held : stream.at("anchors")) {
        auto& place = places.emplace_back();
        for (const auto& one : held)
            place.push_back(
                {whole_field(one, "id", 1, next_id - 1), static_cast<int>(whole_field(one, "slot", 0, slots - 1))});
    }
    if (places.empty() || places.size() > kMostAnchors || places.front().empty())
        fail("its description is damaged: 'anchors'");
    return AnchorTable(std::move(places));
}

/// A living object has one slot, in the anchors, too.
void check_slots(const AnchorTable& anchors, const ObjectTable& table) {
    for (const auto& place : anchors.places())
        for (const auto& held : place) {
            const auto living = std::ranges::find(table.objects(), held.id, &TrackedObject::id);
            if (living != table.objects().end() && living->slot != held.slot)
                fail("its anchors and its objects contradict each other");
        }
}

ObjectTable read_table(const json& stream, int slots) {
    std::vector<TrackedObject> objects;
    for (const auto& entry : stream.at("objects")) {
        TrackedObject object;
        object.id = whole_field(entry, "id", 1, ObjectTable::kMaxId);
        object.slot = static_cast<int>(whole_field(entry, "slot", 0, slots - 1));
        object.label = entry.at("label").get<std::string>();
        object.origin = entry.at("prompted").get<bool>() ? ObjectOrigin::kPrompt : ObjectOrigin::kAuto;
        object.unseen = whole_field(entry, "unseen", 0, kMaxCount);
        object.score = score_of(entry);
        object.is_new = false;
        objects.push_back(std::move(object));
    }
    std::deque<int> free;
    for (const auto& slot : stream.at("free"))
        free.push_back(static_cast<int>(whole(slot, "free", 0, slots - 1)));
    return ObjectTable::restore(slots, std::move(objects), std::move(free),
                                whole_field(stream, "next_id", 1, ObjectTable::kMaxId + 1));
}

/// Name in the metadata, what people call it, and its value here.
struct Origin {
    const char* key;
    const char* name;
    std::string here;
};

std::vector<Origin> origins(const ModelInfo& model) {
    constexpr const char* kPrecisions[] = {"auto", "fp32", "bf16", "fp16"};
    return {{"device", "device", model.device},
            {"precision", "precision", kPrecisions[static_cast<std::size_t>(model.precision)]},
            {"threads", "number of threads", std::to_string(model.threads)},
            {"processor", "processor", model.processor},
            {"libtorch", "LibTorch", model.libtorch}};
}

}  // namespace

std::string stream_text(const StateDescription& state) {
    return stream_json(state).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::map<std::string, std::string> state_metadata(const StateDescription& state, const ModelInfo& model) {
    std::map<std::string, std::string> metadata{
        {"format", kFormat},
        {"format_version", state.anchors.places().empty() ? kVersion : kVersionWithAnchors},
        {"model", model.name},
        {"weights_hash", model.weights_hash},
        {"stream", stream_text(state)}};
    for (const auto& origin : origins(model))
        metadata.emplace(origin.key, origin.here);
    return metadata;
}

StateDescription read_stream_text(std::string_view text, int slots, bool has_tensors) {
    StateDescription state;
    try {
        const auto stream = io::parse_json(text, kMaxDepth);
        state.table = read_table(stream, slots);
        state.anchors = read_anchors(stream, slots, state.table.next_id());
        check_slots(state.anchors, state.table);
        state.prompted = stream.at("prompted").get<bool>();
        state.frames = whole_field(stream, "frames", 0, kMaxCount);
        state.rows = whole_field(stream, "rows", 0, kMaxGrid);
        state.columns = whole_field(stream, "columns", 0, kMaxGrid);
    } catch (const json::exception& error) {
        fail(std::string("its description is damaged: ") + error.what());
    } catch (const io::JsonRuleError& error) {
        fail(std::string("its description is damaged: ") + error.what());
    }
    const bool empty = state.rows == 0 && state.columns == 0;
    if (!empty && (state.rows == 0 || state.columns == 0))
        fail("its grid is impossible");
    if (empty && (has_tensors || !state.table.objects().empty() || !state.anchors.places().empty()))
        fail("it has objects or tensors, but no frame");
    return state;
}

StateDescription read_state_description(const io::Safetensors& file, const ModelInfo& model) {
    const auto version = file.metadata("format_version");
    if (file.metadata("format") != kFormat || (version != kVersion && version != kVersionWithAnchors))
        fail("format '" + file.metadata("format") + "' version '" + version + "' is not known");
    if (file.metadata("weights_hash") != model.weights_hash)
        fail("it belongs to other weights (" + file.metadata("model") + ", hash " + file.metadata("weights_hash") +
             "); this is " + model.name + ", hash " + model.weights_hash);
    return read_stream_text(file.metadata("stream"), model.max_objects, !file.tensors().empty());
}

std::vector<std::string> state_differences(const io::Safetensors& file, const ModelInfo& model) {
    std::vector<std::string> differences;
    for (const auto& [key, name, here] : origins(model)) {
        const auto found = file.metadata().find(key);
        const auto there = found == file.metadata().end() ? std::string("not noted") : found->second;
        if (there != here)
            differences.push_back(std::string(name) + ": " + there + " there, " + here + " here");
    }
    return differences;
}

}  // namespace ausm
