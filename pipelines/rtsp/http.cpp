// SPDX-License-Identifier: MIT
// The HTTP side: who may ask, and what is answered.
#include "pipelines/rtsp/http.h"

#include <cstring>

namespace ausm::rtsp {

namespace {

void answer(SoupServerMessage* message, guint status, const char* type, const std::string& body) {
    soup_server_message_set_status(message, status, nullptr);
    soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, body.data(), body.size());
}

/// libsoup 3.2.3 keeps the descriptor of a connection that the other side closes between two requests.
void close_after_answer(SoupServer*, SoupServerMessage* message, gpointer) noexcept {
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Connection", "close");
}

/// Takes as long for every text of the same length.
bool same(const std::string& a, const char* b) {
    const std::size_t length = std::strlen(b);
    unsigned difference = a.size() == length ? 0 : 1;
    for (std::size_t i = 0; i < length; ++i)
        difference |= static_cast<unsigned>(a[i % std::max<std::size_t>(a.size(), 1)] ^ b[i]);
    return difference == 0;
}

}  // namespace

HttpServer::HttpServer(const Config& config, const Cameras& cameras)
    : config_(config), cameras_(cameras), server_(soup_server_new("server-header", "ausm-rtsp", nullptr)) {
    g_signal_connect(server_, "request-started", G_CALLBACK(close_after_answer), nullptr);
    soup_server_add_handler(server_, nullptr, on_request, this, nullptr);
    if (!config.user.empty()) {
        SoupAuthDomain* domain = soup_auth_domain_basic_new("realm", "ausm-rtsp", nullptr);
        soup_auth_domain_add_path(domain, "/");
        soup_auth_domain_basic_set_auth_callback(domain, on_password, this, nullptr);
        soup_server_add_auth_domain(server_, domain);
        g_object_unref(domain);
    }
    GSocketAddress* address =
        g_inet_socket_address_new_from_string(config.listen.c_str(), static_cast<guint>(config.http_port));
    GError* raw = nullptr;
    const bool listens = soup_server_listen(server_, address, static_cast<SoupServerListenOptions>(0), &raw);
    const Owned<GError> error(raw);
    g_object_unref(address);
    if (!listens) {
        const std::string reason = error->message;
        g_clear_object(&server_);
        throw Failure("$.http-port: " + config.listen + " port " + std::to_string(config.http_port) +
                      " cannot be listened on (" + reason + ").");
    }
}

HttpServer::~HttpServer() {
    soup_server_disconnect(server_);
    g_object_unref(server_);
}

int HttpServer::port() const {
    GSList* uris = soup_server_get_uris(server_);
    const int port = uris ? g_uri_get_port(static_cast<GUri*>(uris->data)) : 0;
    g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref));
    return port;
}

gboolean HttpServer::on_password(SoupAuthDomain*, SoupServerMessage*, const char* user, const char* password,
                                 gpointer data) noexcept {
    const Config& config = static_cast<HttpServer*>(data)->config_;
    const bool user_fits = same(config.user, user), password_fits = same(config.password, password);
    return user_fits && password_fits;
}

void HttpServer::on_request(SoupServer*, SoupServerMessage* message, const char* path, GHashTable*,
                            gpointer data) noexcept {
    const auto* self = static_cast<HttpServer*>(data);
    const std::string asked = path;
    const char* method = soup_server_message_get_method(message);
    try {
        if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD) {
            answer(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "text/plain", "only GET and HEAD are answered\n");
        } else if (asked == "/metrics") {
            answer(message, SOUP_STATUS_OK, "text/plain; version=0.0.4; charset=utf-8", metrics_text(self->cameras_));
        } else if (asked == "/health") {
            bool well = true;
            const std::string body = health_text(self->cameras_, well);
            answer(message, well ? SOUP_STATUS_OK : SOUP_STATUS_SERVICE_UNAVAILABLE, "application/json", body);
        } else {
            answer(message, SOUP_STATUS_NOT_FOUND, "text/plain", "there are /metrics and /health\n");
        }
    } catch (...) {
        answer(message, SOUP_STATUS_INTERNAL_SERVER_ERROR, "text/plain", "the answer could not be made\n");
    }
}

}  // namespace ausm::rtsp
