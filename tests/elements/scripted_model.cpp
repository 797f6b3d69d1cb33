// SPDX-License-Identifier: MIT
// A model library that computes nothing: what frames take, and what was asked of it, is in a script.
#include "scripted_model.h"

#define AUSM_BUILD
#include "model/ausm.h"

namespace {

ausm::test::Script script;

class ScriptedSession final : public ausm::Session {
public:
    ausm::StepStatus step(const ausm::Frame& frame, std::vector<ausm::Prompt>, ausm::Result& result) override {
        ++script.steps;
        result = {};
        result.map_width = frame.width;
        result.map_height = frame.height;
        result.map.resize(static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height));
        return ausm::StepStatus::kOk;
    }
    void configure(const ausm::SessionOptions&) override {}
    void reset() override {}
    std::vector<std::uint8_t> save() const override { return {}; }
    std::vector<std::string> load(std::span<const std::uint8_t>) override { return {}; }
    ausm::SessionInfo info() const override { return {}; }
    double typical_seconds(const ausm::Frame&) const override { return script.seconds; }
    ausm::StepStatus rehearse(const ausm::Frame&) override {
        ++script.rehearsals;
        return ausm::StepStatus::kOk;
    }
    void interrupt() noexcept override {}
    void resume() noexcept override {}
};

class ScriptedEngine final : public ausm::Engine {
public:
    ScriptedEngine() { info_.name = "scripted"; }
    const ausm::ModelInfo& info() const noexcept override { return info_; }
    void* cuda_context() const noexcept override { return nullptr; }
    std::unique_ptr<ausm::Session> session(const ausm::SessionOptions&) override {
        return std::make_unique<ScriptedSession>();
    }

private:
    ausm::ModelInfo info_;
};

}  // namespace

extern "C" AUSM_API ausm::OpenStatus ausm_open(int, const ausm::EngineOptions*, std::shared_ptr<ausm::Engine>* engine,
                                               char*, std::size_t) noexcept {
    *engine = std::make_shared<ScriptedEngine>();
    return ausm::OpenStatus::kOk;
}

extern "C" AUSM_API ausm::test::Script* ausm_script() { return &script; }
