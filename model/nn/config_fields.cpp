// SPDX-License-Identifier: MIT
// One table: the names that files of nano's kind have for sizes, and what sizes may be.
#include "nn/config.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace ausm {
namespace {

struct IntField {
    const char* key;
    int least, most;
    int& (*of)(NetConfig&);
    std::optional<int> otherwise = std::nullopt;  // where the file says nothing; none: it has to
};

/// The limits of D, d_state, d_conv and of the inner width are those of kernels/mamba_step.h, that of n_id is the label
/// map's. The others only keep a damaged file from asking for absurd amounts of memory.
constexpr IntField kIntFields[] = {
    {"D", 8, 1024, [](NetConfig& c) -> int& { return c.dim; }},
    {"heads", 1, 64, [](NetConfig& c) -> int& { return c.history.heads; }},
    {"heads", 1, 64, [](NetConfig& c) -> int& { return c.head.heads; }},
    {"ffn", 1, 16384, [](NetConfig& c) -> int& { return c.history.ffn; }},
    {"ffn", 1, 16384, [](NetConfig& c) -> int& { return c.head.ffn; }},
    {"n_comp", 1, 64, [](NetConfig& c) -> int& { return c.history.compressor_layers; }},
    {"sa_pool", 1, 16, [](NetConfig& c) -> int& { return c.history.compressor_pool; }},
    {"n_dec", 1, 64, [](NetConfig& c) -> int& { return c.history.decoder_layers; }},
    {"d_state", 1, 16, [](NetConfig& c) -> int& { return c.history.state_dim; }},
    {"d_conv", 2, 4, [](NetConfig& c) -> int& { return c.history.conv_width; }},
    {"expand", 1, 4, [](NetConfig& c) -> int& { return c.history.expand; }},
    {"n_id", 1, 254, [](NetConfig& c) -> int& { return c.history.id_vectors; }},
    {"anchors", 0, HistoryConfig::kMostAnchors, [](NetConfig& c) -> int& { return c.history.anchors; }},
    {"n_pix", 1, 64, [](NetConfig& c) -> int& { return c.head.layers; }},
    {"cm", 1, 1024, [](NetConfig& c) -> int& { return c.head.mask_dim; }},
    {"n_det", 1, 1024, [](NetConfig& c) -> int& { return c.head.detections; }},
    {"inference_size", 32, 2048, [](NetConfig& c) -> int& { return c.inference_size; }, 256},
};
constexpr int kMostInner = 1024;  // channels of Mamba

/// What the training code can vary and this program does not.
constexpr std::pair<const char*, const char*> kFixed[] = {
    {"use_mamba", "true"}, {"marker", "\"max1\""}, {"dec_self", "false"}, {"dw", "true"}, {"minit", "true"}};

/// How training began; nothing that the trained network still has.
constexpr const char* kOfTraining[] = {"frozen", "tied", "qk"};
constexpr const char* kDtMin = "dt_min";
constexpr double kMostDtMin = 1;

[[noreturn]] void refuse(const std::string& key, const std::string& value, const std::string& why) {
    throw std::runtime_error("config '" + key + "' is " + value + ", " + why);
}

const std::string& text_of(const ConfigFields& fields, const char* key) {
    const auto found = fields.find(key);
    if (found == fields.end())
        throw std::runtime_error("config has no '" + std::string(key) + "'");
    return found->second;
}

int read_int(const ConfigFields& fields, const IntField& field) {
    if (field.otherwise && !fields.contains(field.key))
        return *field.otherwise;
    const auto& text = text_of(fields, field.key);
    int number = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || number < field.least || number > field.most)
        refuse(field.key, text,
               "it must be a whole number in " + std::to_string(field.least) + " .. " + std::to_string(field.most));
    return number;
}

double read_dt_min(const ConfigFields& fields) {
    const auto& text = text_of(fields, kDtMin);
    double number = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || !(number >= 0 && number <= kMostDtMin))
        refuse(kDtMin, text, "it must be a number in 0 .. 1");
    return number;
}

void refuse_unknown(const ConfigFields& fields) {
    const auto among = [](const auto& table, const std::string& key, const auto& name_of) {
        return std::any_of(std::begin(table), std::end(table),
                           [&](const auto& entry) { return name_of(entry) == key; });
    };
    for (const auto& [key, value] : fields)
        if (key != kDtMin && !among(kIntFields, key, [](const auto& field) { return field.key; }) &&
            !among(kFixed, key, [](const auto& field) { return field.first; }) &&
            !among(kOfTraining, key, [](const auto* name) { return name; }))
            refuse(key, value, "a field that this program does not know");
}

}  // namespace

NetConfig read_config(const std::string& name, const ConfigFields& fields) {
    if (name.empty())
        throw std::runtime_error("the metadata's model has no name");
    NetConfig config{.name = name,
                     .stride = 16,
                     .backbone = {.kind = "efficientnet_lite0"},
                     .history = {},
                     .head = {.kind = "nano"}};
    for (const auto& field : kIntFields)
        field.of(config) = read_int(fields, field);
    for (const auto& [key, value] : kFixed)
        if (const auto& text = text_of(fields, key); text != value)
            refuse(key, text, "this program has " + std::string(value));
    config.history.dt_min = read_dt_min(fields);
    refuse_unknown(fields);
    const auto dim = std::to_string(config.dim);
    if (config.dim % 4 != 0)
        refuse("D", dim, "it must be a multiple of 4");
    if (config.dim % config.head.heads != 0)
        refuse("D", dim, "it must be a multiple of 'heads', " + std::to_string(config.head.heads));
    if (config.history.expand * config.dim > kMostInner)
        refuse("D", dim, "times 'expand' it must be at most " + std::to_string(kMostInner));
    if (config.inference_size % 32 != 0)
        refuse("inference_size", std::to_string(config.inference_size), "it must be a multiple of 32");
    return config;
}

}  // namespace ausm
