// SPDX-License-Identifier: MIT
// Configurations for small pictures and a small network: one camera that shows a square, prompted by a box.
#pragma once

#include <string>

namespace ausm::test {

constexpr const char* kBox = R"("prompt":{"box":"0.2,0.2,0.8,0.8"})";

/// Members of the only camera besides its name, its address and what every test has; members of the service.
inline std::string one_camera(const std::string& uri, const std::string& camera, const std::string& service = "") {
    return R"({"rtsp-port":0,"http-port":0,"segment":{"inference-size":64,"mode":"prompted"},)" + service +
           (service.empty() ? "" : ",") + R"("cameras":[{"name":"yard","size":[160,120],"first-pause":0.1,)" +
           R"("longest-pause":0.4,"stall-after":1.5,"notice-after":0.5,"uri":")" + uri + "\"" +
           (camera.empty() ? "" : ",") + camera + "}]}";
}

inline std::string figure(const std::string& name, const std::string& camera = "yard") {
    return "ausm_" + name + "{camera=\"" + camera + "\"}";
}

}  // namespace ausm::test
