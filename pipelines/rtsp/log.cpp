// SPDX-License-Identifier: MIT
// One JSON object a line, with secrets taken out.
#include "pipelines/rtsp/log.h"

#include "pipelines/rtsp/owner.h"

#include <cstdio>

namespace ausm::rtsp {

namespace {

std::vector<std::pair<std::string, std::string>>& secrets() {
    static std::vector<std::pair<std::string, std::string>> all;
    return all;
}

std::string without_secrets(std::string text) {
    for (const auto& [secret, replacement] : secrets())
        for (std::size_t at = 0; (at = text.find(secret, at)) != text.npos; at += replacement.size())
            text.replace(at, secret.size(), replacement);
    // Addresses of which nobody told us: what stands between :// and @.
    for (std::size_t at = 0; (at = text.find("://", at)) != text.npos;) {
        at += 3;
        const std::size_t end = text.find_first_of("@/ ", at);
        if (end != text.npos && text[end] == '@')
            text.replace(at, end - at, "***");
    }
    return text;
}

std::string valid_text(const std::string& text) {
    const Owned<char> valid(g_utf8_make_valid(without_secrets(text).c_str(), -1));
    return valid.get();
}

void write_line(Level level, const char* event, const LogFields& fields) {
    static const char* const names[] = {"info", "warning", "error"};
    const Owned<JsonBuilder> builder(json_builder_new());
    JsonBuilder* const b = builder.get();
    json_builder_begin_object(b);
    const Owned<GDateTime> now(g_date_time_new_now_utc());
    const Owned<char> time(g_date_time_format(now.get(), "%Y-%m-%dT%H:%M:%S.%fZ"));
    json_builder_add_string_value(json_builder_set_member_name(b, "time"), time.get());
    json_builder_add_string_value(json_builder_set_member_name(b, "level"), names[static_cast<int>(level)]);
    json_builder_add_string_value(json_builder_set_member_name(b, "event"), event);
    for (const auto& [name, value] : fields) {
        json_builder_set_member_name(b, name);
        if (const auto* text = std::get_if<std::string>(&value))
            json_builder_add_string_value(b, valid_text(*text).c_str());
        else if (const auto* flag = std::get_if<bool>(&value))
            json_builder_add_boolean_value(b, *flag);
        else
            json_builder_add_int_value(b, std::get<std::int64_t>(value));
    }
    json_builder_end_object(b);
    const Owned<JsonNode> root(json_builder_get_root(b));
    const Owned<char> line(json_to_string(root.get(), FALSE));
    std::fprintf(stderr, "%s\n", line.get());  // one call: lines of threads do not mix
}

GLogWriterOutput write_glib(GLogLevelFlags level, const GLogField* fields, gsize count, gpointer) {
    if ((level & (G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG)) != 0)
        return G_LOG_WRITER_HANDLED;
    std::string domain, message;
    for (gsize i = 0; i < count; ++i)
        for (const auto& [key, text] : {std::pair{"GLIB_DOMAIN", &domain}, std::pair{"MESSAGE", &message}})
            if (g_str_equal(fields[i].key, key))
                *text = fields[i].length < 0 ? static_cast<const char*>(fields[i].value)
                                             : std::string(static_cast<const char*>(fields[i].value),
                                                           static_cast<std::size_t>(fields[i].length));
    log_event((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0 ? Level::kError : Level::kWarning, "glib",
              {{"domain", domain}, {"message", message}});
    return G_LOG_WRITER_HANDLED;
}

}  // namespace

void log_event(Level level, const char* event, const LogFields& fields) noexcept {
    try {
        write_line(level, event, fields);
    } catch (...) {
        std::fputs("{\"level\":\"error\",\"event\":\"log-failed\"}\n", stderr);
    }
}

void hide_in_logs(const std::string& secret, const std::string& replacement) {
    if (!secret.empty())
        secrets().emplace_back(secret, replacement);
}

void log_glib_messages() { g_log_set_writer_func(write_glib, nullptr, nullptr); }

}  // namespace ausm::rtsp
