// SPDX-License-Identifier: MIT
// The library's one exported function.
#include "session/engine.h"

#include <cstdio>

ausm::OpenStatus ausm_open(int interface_version, const ausm::EngineOptions* options,
                           std::shared_ptr<ausm::Engine>* engine, char* error, std::size_t error_size) noexcept {
    const auto tell = [&](const char* text) {
        if (error != nullptr && error_size > 0)
            std::snprintf(error, error_size, "%s", text);
    };
    if (interface_version != ausm::kInterfaceVersion) {
        char text[160];
        std::snprintf(text, sizeof text, "libausm has interface version %d, the caller was built for %d: rebuild both",
                      ausm::kInterfaceVersion, interface_version);
        tell(text);
        return ausm::OpenStatus::kWrongInterface;
    }
    try {
        *engine = ausm::open_engine(*options);
        return ausm::OpenStatus::kOk;
    } catch (const ausm::OpenError& failure) {
        tell(failure.what());
        return failure.status;
    } catch (const std::exception& failure) {
        tell(failure.what());
    } catch (...) {
        tell("unknown exception");
    }
    return ausm::OpenStatus::kFailed;
}
