// SPDX-License-Identifier: MIT
// A library of another interface version, as an old build would be, for the test of the refusal.
#define AUSM_BUILD
#include "model/ausm.h"

#include <cstdio>

extern "C" ausm::OpenStatus ausm_open(int interface_version, const ausm::EngineOptions*, std::shared_ptr<ausm::Engine>*,
                                      char* error, std::size_t error_size) noexcept {
    std::snprintf(error, error_size, "this library has interface 0, asked for %d", interface_version);
    return ausm::OpenStatus::kWrongInterface;
}
