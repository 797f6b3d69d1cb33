// SPDX-License-Identifier: MIT
// Loading, and the cache of engines.
#include "session/engine.h"

#include "ops/cpu_features.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

namespace ausm {
namespace {

/// Logical processors of one core compute no faster together: count cores. Without /sys: half of the processors.
int physical_cores() {
    const unsigned logical = std::max(1U, std::thread::hardware_concurrency());
    std::set<std::string> cores;
    for (unsigned i = 0; i < logical; ++i) {
        std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(i) + "/topology/thread_siblings_list");
        std::string siblings;
        if (!std::getline(file, siblings))
            return static_cast<int>((logical + 1) / 2);
        cores.insert(siblings);
    }
    return static_cast<int>(cores.size());
}

constexpr int kMostThreads = 4;  // nano's layers are too small for more

Precision choose_precision(Precision wanted) {
    switch (wanted) {
    case Precision::kAuto: return ops::cpu_has_bfloat16() ? Precision::kBfloat16 : Precision::kFloat32;
    case Precision::kFloat32: return wanted;
    case Precision::kBfloat16:
        if (ops::cpu_has_bfloat16())
            return wanted;
        throw OpenError(OpenStatus::kPrecision,
                        "precision bf16 needs a processor with AVX512_BF16 or AMX; use precision=fp32 or auto");
    case Precision::kFloat16: break;
    }
    throw OpenError(OpenStatus::kPrecision, "precision fp16 is not supported on the CPU; use precision=fp32 or auto");
}

void check_device(const std::string& device) {
    if (device == "auto" || device == "cpu")
        return;
    if (device == "cuda" || device.starts_with("cuda:"))
        throw OpenError(OpenStatus::kDevice,
                        "device " + device + ": this build of libausm has no CUDA; use device=cpu");
    throw OpenError(OpenStatus::kDevice, "device '" + device + "' is not known; use auto, cpu or cuda:N");
}

at::ScalarType dtype_of(Precision precision) { return precision == Precision::kBfloat16 ? at::kBFloat16 : at::kFloat; }

}  // namespace

EngineImpl::EngineImpl(const io::Safetensors& weights, Precision precision, int threads) : thread_(threads) {
    thread_.run([&] { core_->net = std::make_unique<AusmNet>(weights, dtype_of(precision)); });
    const auto& config = core_->net->config();
    core_->info = {.name = config.name,
                   .weights_hash = weights.hash(),
                   .device = "cpu",
                   .precision = precision,
                   .threads = threads,
                   .max_objects = std::min(config.id_vectors, 254),
                   .inference_size = config.inference_size,
                   .parameters = core_->net->parameters()};
}

std::unique_ptr<Session> EngineImpl::session(const SessionOptions& options) {
    check_options(options, core_->info);
    return std::make_unique<SessionImpl>(shared_from_this(), core_, thread_, options);
}

std::shared_ptr<Engine> open_engine(const EngineOptions& options) {
    using Key = std::tuple<std::string, Precision, int>;
    static std::mutex mutex;  // guards engines; held while weights are loaded, so that they are loaded once
    static auto& engines =
        *new std::map<Key, std::weak_ptr<EngineImpl>>;  // never destroyed: streams may outlive main()

    check_device(options.device);
    const auto precision = choose_precision(options.precision);
    if (options.threads < 0 || options.threads > 256)
        throw OpenError(OpenStatus::kFailed, "threads must lie in 0 .. 256");
    const int threads = options.threads > 0 ? options.threads : std::min(physical_cores(), kMostThreads);
    const std::lock_guard lock(mutex);
    try {
        const auto weights = io::Safetensors::read(options.weights);
        auto& entry = engines[{weights.hash(), precision, threads}];
        if (auto engine = entry.lock())
            return engine;
        const auto engine = std::make_shared<EngineImpl>(weights, precision, threads);
        entry = engine;
        return engine;
    } catch (const OpenError&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw OpenError(OpenStatus::kFailed, "not enough memory for the weights");
    } catch (const c10::Error& error) {
        throw OpenError(OpenStatus::kFailed, error.what_without_backtrace());
    } catch (const std::exception& error) {
        throw OpenError(OpenStatus::kWeights, error.what());
    }
}

}  // namespace ausm
