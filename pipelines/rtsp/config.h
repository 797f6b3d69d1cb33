// SPDX-License-Identifier: MIT
// What the service shall do, read from a JSON file and checked.
#pragma once

#include "pipelines/rtsp/fields.h"

#include <string>
#include <vector>

namespace ausm::rtsp {

enum class Show { kMasks, kHidden, kUntouched };

/// Beside the picture what is in it, as JSON lines; one of the two, or neither.
struct JsonOutput {
    std::string file;  ///< lines are appended
    int port = 0;      ///< TCP, on this machine only
    Properties maskjson;
    [[nodiscard]] bool wanted() const { return port > 0 || !file.empty(); }
};

struct CameraConfig {
    std::string name;            ///< letters, digits, - and _
    std::string uri;             ///< as GStreamer reads it, or test:PATTERN
    std::string user, password;  ///< for the camera
    std::string mount;           ///< path of the output, with a slash before it
    Show show = Show::kMasks;
    Properties overlay, prompt;  ///< of maskoverlay and ausmprompt
    int width = 1280, height = 720;
    int bitrate = 2000;                          ///< kbit/s of the output
    int latency = 200;                           ///< milliseconds that network packets may be late
    bool udp = false;                            ///< RTSP over UDP, not TCP
    bool on_demand = false;                      ///< the camera is read only while somebody watches
    double stall = 5;                            ///< seconds without a picture after which the input is built anew
    double notice = 2;                           ///< seconds without a picture after which the output says so
    double first_pause = 1, longest_pause = 30;  ///< seconds between tries
    JsonOutput json;
};

struct Config {
    std::string listen = "127.0.0.1";
    int rtsp_port = 8554, http_port = 8080;  ///< 0: any that is free
    std::string user, password;              ///< of viewers, and for the figures
    std::string state;                       ///< folder of saved states; empty: none
    double forget_after = 60;                ///< seconds
    Properties segment;                      ///< of ausmsegment
    std::vector<CameraConfig> cameras;
};

/// Throws Failure, which names the place in the file.
[[nodiscard]] Config read_config(const std::string& file);

}  // namespace ausm::rtsp
