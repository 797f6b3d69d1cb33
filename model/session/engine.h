// SPDX-License-Identifier: MIT
// Weights at one precision and the thread that works with them.
#pragma once

#include "session/session.h"

namespace ausm {

/// A failure with the status that ausm_open() returns for it.
class OpenError : public std::runtime_error {
public:
    OpenError(OpenStatus reason, const std::string& what) : std::runtime_error(what), status(reason) {}
    const OpenStatus status;
};

/// What the options of an engine come to on this machine.
struct EnginePlan {
    int device = -1;  ///< CUDA device; -1: the CPU
    Precision precision = Precision::kFloat32;
    int threads = 1;
    int batch = 1;  ///< frames of different streams at once, at most
    auto operator<=>(const EnginePlan&) const = default;
};

class EngineImpl final : public Engine, public std::enable_shared_from_this<EngineImpl> {
public:
    /// Throws OpenError.
    EngineImpl(const io::Safetensors& weights, const EnginePlan& plan);

    [[nodiscard]] const ModelInfo& info() const noexcept override { return core_->info; }
    [[nodiscard]] void* cuda_context() const noexcept override { return cuda_context_; }
    [[nodiscard]] std::unique_ptr<Session> session(const SessionOptions& options) override;

private:
    std::shared_ptr<EngineCore> core_ = std::make_shared<EngineCore>();
    void* cuda_context_ = nullptr;
    EngineThread thread_;
};

/// The engine of these options, shared with everybody who asked for the same (a weak cache: the last owner frees it).
/// Throws OpenError that says what is wrong and what to do next.
std::shared_ptr<Engine> open_engine(const EngineOptions& options);

}  // namespace ausm
