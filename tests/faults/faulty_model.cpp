// SPDX-License-Identifier: MIT
// A model library that fails on demand, around the real one. Failures come before the real call: as the real library
// promises, a session is then as it was.
#include "faulty_model.h"

#define AUSM_BUILD
#include "model/ausm.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

using ausm::test::Call;
using ausm::test::Failure;

namespace {

struct {
    std::mutex mutex;  // guards the rest
    Call call = Call::kNone;
    Failure failure = Failure::kException;
    int skipped = 0;
} armed;

/// True when this call is to fail, and how.
bool is_due(Call call, Failure& failure) {
    const std::lock_guard lock(armed.mutex);
    if (armed.call != call || armed.skipped-- > 0)
        return false;
    armed.call = Call::kNone;
    failure = armed.failure;
    return true;
}

/// How the call shall lie instead, nothing when it is not to fail.
std::optional<Failure> fail_when_due(Call call) {
    Failure failure{};
    if (!is_due(call, failure))
        return std::nullopt;
    switch (failure) {
    case Failure::kException: throw std::runtime_error(ausm::test::kExceptionText);
    case Failure::kNoMemory: throw std::bad_alloc();
    case Failure::kForeign: throw 42;
    case Failure::kWrongMap:
    case Failure::kNotFinite: break;
    }
    return failure;
}

class FaultySession final : public ausm::Session {
public:
    explicit FaultySession(std::unique_ptr<ausm::Session> real) : real_(std::move(real)) {}

    ausm::StepStatus step(const ausm::Frame& frame, std::vector<ausm::Prompt> prompts, ausm::Result& result) override {
        const auto lie = fail_when_due(Call::kStep);
        const auto status = real_->step(frame, std::move(prompts), result);
        if (lie == Failure::kWrongMap)
            result.map.pop_back();
        else if (lie == Failure::kNotFinite)
            result.finite = false;
        return status;
    }
    void configure(const ausm::SessionOptions& options) override {
        fail_when_due(Call::kConfigure);
        real_->configure(options);
    }
    void reset() override {
        fail_when_due(Call::kReset);
        real_->reset();
    }
    std::vector<std::uint8_t> save() const override { return real_->save(); }
    std::vector<std::string> load(std::span<const std::uint8_t> state) override { return real_->load(state); }
    ausm::SessionInfo info() const override { return real_->info(); }
    double typical_seconds(const ausm::Frame& frame) const override { return real_->typical_seconds(frame); }
    ausm::StepStatus rehearse(const ausm::Frame& frame) override {
        fail_when_due(Call::kRehearse);
        return real_->rehearse(frame);
    }
    void interrupt() noexcept override { real_->interrupt(); }
    void resume() noexcept override { real_->resume(); }

private:
    std::unique_ptr<ausm::Session> real_;
};

class FaultyEngine final : public ausm::Engine {
public:
    explicit FaultyEngine(std::shared_ptr<ausm::Engine> real) : real_(std::move(real)) {}

    const ausm::ModelInfo& info() const noexcept override { return real_->info(); }
    void* cuda_context() const noexcept override { return real_->cuda_context(); }
    std::unique_ptr<ausm::Session> session(const ausm::SessionOptions& options) override {
        fail_when_due(Call::kSession);
        return std::make_unique<FaultySession>(real_->session(options));
    }

private:
    std::shared_ptr<ausm::Engine> real_;
};

ausm::OpenFunction* real_open() {
    const char* path = std::getenv("AUSM_REAL_LIBRARY");
    void* library = path ? dlopen(path, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE) : nullptr;
    return library ? reinterpret_cast<ausm::OpenFunction*>(dlsym(library, ausm::kOpenSymbol)) : nullptr;
}

}  // namespace

extern "C" AUSM_API ausm::OpenStatus ausm_open(int interface_version, const ausm::EngineOptions* options,
                                               std::shared_ptr<ausm::Engine>* engine, char* error,
                                               std::size_t error_size) noexcept {
    ausm::OpenFunction* const open = real_open();
    if (!open) {
        std::snprintf(error, error_size, "AUSM_REAL_LIBRARY is no model library");
        return ausm::OpenStatus::kFailed;
    }
    const auto status = open(interface_version, options, engine, error, error_size);
    if (status == ausm::OpenStatus::kOk)
        *engine = std::make_shared<FaultyEngine>(std::move(*engine));
    return status;
}

extern "C" AUSM_API void ausm_faulty_arm(Call call, Failure failure, int skipped) {
    const std::lock_guard lock(armed.mutex);
    armed.call = call;
    armed.failure = failure;
    armed.skipped = skipped;
}
