// SPDX-License-Identifier: MIT
// A network camera in the test's own process, which may die, fall silent, change or refuse.
#pragma once

#include "common/gst_owned.h"

#include <gst/rtsp-server/rtsp-server.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ausm::test {

/// Sends a grey square before black, which stands still, so that one object is there to be held. Bound to the test's thread;
/// the server has a thread of its own.
class FakeCamera {
public:
    struct Kind {
        int width = 160, height = 120, rate = 25;
        std::string user = "", password = "";  ///< empty: everybody may watch
    };
    /// It is there at once.
    explicit FakeCamera(Kind kind);
    FakeCamera() : FakeCamera(Kind{}) {}
    ~FakeCamera();
    FakeCamera(const FakeCamera&) = delete;
    FakeCamera& operator=(const FakeCamera&) = delete;

    [[nodiscard]] std::string url() const { return "rtsp://127.0.0.1:" + std::to_string(port_) + "/camera"; }
    /// Cuts all connections and is not there any more.
    void die();
    /// Is there again, at the same address, perhaps another one.
    void live(Kind kind);
    void live() { live(kind_); }
    /// Stays connected and sends nothing.
    void fall_silent();

private:
    static void on_configure(GstRTSPMediaFactory* factory, GstRTSPMedia* media, gpointer self) noexcept;

    Kind kind_;
    int port_ = 0;
    GMainContext* context_;
    GMainLoop* loop_;
    GstRTSPServer* server_ = nullptr;
    GSource* source_ = nullptr;
    std::thread thread_;
    std::mutex mutex_;  // guards valves_
    std::vector<gst::Owned<GstElement>> valves_;
};

}  // namespace ausm::test
