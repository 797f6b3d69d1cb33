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

/// Connections are accepted here: each one that libsoup 3.2.3 accepts itself leaves its socket behind.
gboolean on_incoming(GSocketService*, GSocketConnection* connection, GObject*, gpointer server) noexcept {
    GSocketAddress* local = g_socket_connection_get_local_address(connection, nullptr);
    GSocketAddress* remote = g_socket_connection_get_remote_address(connection, nullptr);
    if (local && remote)  // else it has ended already
        soup_server_accept_iostream(static_cast<SoupServer*>(server), G_IO_STREAM(connection), local, remote, nullptr);
    g_clear_object(&local);
    g_clear_object(&remote);
    return TRUE;
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
    : config_(config), cameras_(cameras), server_(soup_server_new("server-header", "ausm-rtsp", nullptr)),
      service_(g_socket_service_new()) {
    listen();
    soup_server_add_handler(server_, nullptr, on_request, this, nullptr);
    if (!config.user.empty()) {
        SoupAuthDomain* domain = soup_auth_domain_basic_new("realm", "ausm-rtsp", nullptr);
        soup_auth_domain_add_path(domain, "/");
        soup_auth_domain_basic_set_auth_callback(domain, on_password, this, nullptr);
        soup_server_add_auth_domain(server_, domain);
        g_object_unref(domain);
    }
}

void HttpServer::listen() {
    GSocketAddress* address =
        g_inet_socket_address_new_from_string(config_.listen.c_str(), static_cast<guint>(config_.http_port));
    GSocketAddress* effective = nullptr;
    GError* raw = nullptr;
    const bool listens = g_socket_listener_add_address(G_SOCKET_LISTENER(service_), address, G_SOCKET_TYPE_STREAM,
                                                       G_SOCKET_PROTOCOL_TCP, nullptr, &effective, &raw);
    const Owned<GError> error(raw);
    g_object_unref(address);
    if (!listens) {
        g_object_unref(service_);
        g_object_unref(server_);
        throw Failure("$.http-port: " + config_.listen + " port " + std::to_string(config_.http_port) +
                      " cannot be listened on (" + error->message + ").");
    }
    port_ = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(effective));
    g_object_unref(effective);
    g_signal_connect(service_, "incoming", G_CALLBACK(on_incoming), server_);
}

HttpServer::~HttpServer() {
    g_socket_service_stop(service_);
    g_socket_listener_close(G_SOCKET_LISTENER(service_));
    g_object_unref(service_);
    soup_server_disconnect(server_);
    g_object_unref(server_);
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
