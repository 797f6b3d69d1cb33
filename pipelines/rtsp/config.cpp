// SPDX-License-Identifier: MIT
// From the JSON file to the settings, with the rules that join several of them.
#include "pipelines/rtsp/config.h"

#include <filesystem>
#include <set>

namespace ausm::rtsp {

namespace {

namespace fs = std::filesystem;

constexpr int kPorts = 65535;
constexpr double kDay = 86400;

bool is_name(const std::string& name) {
    return !name.empty() && name.size() <= 64 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == name.npos;
}

bool is_local(const std::string& address) {
    GInetAddress* parsed = g_inet_address_new_from_string(address.c_str());
    const bool local = parsed && g_inet_address_get_is_loopback(parsed);
    g_clear_object(&parsed);
    return local;
}

/// File names are those beside the configuration.
std::string beside(const fs::path& folder, const std::string& name) {
    return name.empty() ? name : (folder / name).lexically_normal().string();
}

Properties element_properties(Fields& fields, const char* name, const fs::path& folder) {
    Properties properties = fields.properties(name);
    for (Property& property : properties)
        if (property.name.ends_with("location"))
            property.value = beside(folder, property.value);
    return properties;
}

std::string read_uri(Fields& fields, const fs::path& folder) {
    const std::string uri = fields.text("uri", "");
    if (uri.empty())
        throw Failure(fields.path("uri") + ": give an address (rtsp://...), a file, or test:ball for a test picture.");
    if (uri.starts_with("test:"))
        return uri;
    if (!gst_uri_is_valid(uri.c_str()) || uri.find("://") == uri.npos) {
        const fs::path file = fs::absolute(beside(folder, uri));
        if (!fs::is_regular_file(file))
            throw Failure(fields.path("uri") + ": this is neither an address nor a file beside the configuration.");
        return Owned<char>(gst_filename_to_uri(file.c_str(), nullptr)).get();
    }
    const Owned<char> protocol(gst_uri_get_protocol(uri.c_str()));
    if (!gst_uri_protocol_is_supported(GST_URI_SRC, protocol.get()))
        throw Failure(fields.path("uri") + ": no installed element reads " + protocol.get() + ":// addresses.");
    return uri;
}

void read_size(Fields& fields, CameraConfig& camera) {
    const auto size = fields.list("size");
    if (size.empty())
        return;
    if (size.size() != 2)
        throw Failure(fields.path("size") + ": width and height are expected, as [1280, 720].");
    int* const sides[] = {&camera.width, &camera.height};
    for (std::size_t i = 0; i < 2; ++i) {
        const double value = number_in(size[i].first, size[i].second, 32, 8192);
        *sides[i] = static_cast<int>(value);
        if (*sides[i] != value || *sides[i] % 2 != 0)
            throw Failure(size[i].second + ": an even number of pixels is expected.");
    }
}

JsonOutput read_json(Fields& fields, const fs::path& folder) {
    JsonOutput json;
    JsonNode* const node = fields.node("json");
    if (!node)
        return json;
    Fields inner(node, fields.path("json"));
    json.file = beside(folder, inner.text("file", ""));
    json.port = inner.integer("port", 0, 1, kPorts);
    json.maskjson = inner.properties("maskjson");
    inner.finish();
    if (json.file.empty() == (json.port == 0))
        throw Failure(fields.path("json") + ": give either a file or a port.");
    return json;
}

CameraConfig read_camera(JsonNode* node, const std::string& path, const fs::path& folder) {
    Fields fields(node, path);
    CameraConfig camera;
    camera.name = fields.text("name", "");
    if (!is_name(camera.name))
        throw Failure(fields.path("name") + ": 1 to 64 letters, digits, - and _ are expected.");
    camera.uri = read_uri(fields, folder);
    camera.user = fields.text("user", "");
    camera.password = fields.text("password", "");
    camera.mount = fields.text("mount", "/" + camera.name);
    if (camera.mount.size() < 2 || camera.mount.front() != '/' ||
        camera.mount.find_first_of(" ?#") != std::string::npos)
        throw Failure(fields.path("mount") + ": a path with a slash before it is expected, as /" + camera.name + ".");
    camera.show = static_cast<Show>(fields.choice("show", {"masks", "hidden", "untouched"}));
    camera.overlay = element_properties(fields, "overlay", folder);
    camera.prompt = element_properties(fields, "prompt", folder);
    read_size(fields, camera);
    camera.bitrate = fields.integer("bitrate", camera.bitrate, 16, 100000);
    camera.latency = fields.integer("latency", camera.latency, 0, 10000);
    camera.udp = fields.choice("transport", {"tcp", "udp"}) == 1;
    camera.on_demand = fields.flag("on-demand", false);
    camera.stall = fields.number("stall-after", camera.stall, 0.1, kDay);
    camera.notice = fields.number("notice-after", camera.notice, 0.1, kDay);
    camera.first_pause = fields.number("first-pause", camera.first_pause, 0.05, kDay);
    camera.longest_pause = fields.number("longest-pause", std::max(30.0, camera.first_pause), camera.first_pause, kDay);
    camera.json = read_json(fields, folder);
    fields.finish();
    return camera;
}

void check_access(Fields& fields, const Config& config) {
    if (config.user.empty() != config.password.empty())
        throw Failure(fields.path(config.user.empty() ? "user" : "password") + ": user and password belong together.");
    if (config.user.find(':') != std::string::npos)
        throw Failure(fields.path("user") + ": a user cannot have a colon.");
    GInetAddress* address = g_inet_address_new_from_string(config.listen.c_str());
    const bool valid = address != nullptr;
    g_clear_object(&address);
    if (!valid)
        throw Failure(fields.path("listen") + ": a numeric address is expected, as 127.0.0.1 or 0.0.0.0.");
    if (!is_local(config.listen) && config.user.empty())
        throw Failure(fields.path("listen") +
                      ": others could watch from outside; give user and password, or listen on "
                      "127.0.0.1.");
}

void check_cameras(const Fields& fields, const Config& config) {
    std::set<std::string> names, mounts;
    std::set<int> ports;
    for (std::size_t i = 0; i < config.cameras.size(); ++i) {
        const CameraConfig& camera = config.cameras[i];
        const std::string path = fields.path("cameras[") + std::to_string(i) + "].";
        if (!names.insert(camera.name).second)
            throw Failure(path + "name: there is another camera '" + camera.name + "'.");
        if (!mounts.insert(camera.mount).second)
            throw Failure(path + "mount: another camera has " + camera.mount + ", too.");
        if (camera.json.port != 0 && !ports.insert(camera.json.port).second)
            throw Failure(path + "json.port: another camera has this port, too.");
    }
}

}  // namespace

Config read_config(const std::string& file) {
    const Owned<JsonParser> parser(json_parser_new());
    GError* raw = nullptr;
    const bool parsed = json_parser_load_from_file(parser.get(), file.c_str(), &raw);
    const Owned<GError> error(raw);
    if (!parsed)
        throw Failure(error->message);
    const fs::path folder = fs::absolute(file).parent_path();
    Fields fields(json_parser_get_root(parser.get()), "$");
    Config config;
    config.listen = fields.text("listen", config.listen);
    config.rtsp_port = fields.integer("rtsp-port", config.rtsp_port, 0, kPorts);
    config.http_port = fields.integer("http-port", config.http_port, 0, kPorts);
    config.user = fields.text("user", "");
    config.password = fields.text("password", "");
    config.state = beside(folder, fields.text("state", ""));
    config.forget_after = fields.number("forget-after", config.forget_after, 0, 365 * kDay);
    config.segment = element_properties(fields, "segment", folder);
    for (const auto& [node, path] : fields.list("cameras"))
        config.cameras.push_back(read_camera(node, path, folder));
    fields.finish();
    if (config.cameras.empty())
        throw Failure(
            "$.cameras: give at least one, as {\"cameras\": [{\"name\": \"yard\", \"uri\": \"rtsp://...\"}]}.");
    check_access(fields, config);
    check_cameras(fields, config);
    return config;
}

}  // namespace ausm::rtsp
