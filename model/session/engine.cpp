// SPDX-License-Identifier: MIT
// Loading, and the cache of engines.
#include "session/engine.h"

#include "ops/cpu_features.h"
#include "ops/precision_variable.h"
#ifdef AUSM_CUDA
#include "session/cuda_backend.h"
#endif

#include <ATen/ATen.h>
#include <torch/version.h>

#include <algorithm>
#include <charconv>
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

constexpr int kMostBatch = 64;
constexpr int kCudaBatch = 16;

#ifdef AUSM_CUDA
constexpr bool kCudaBuilt = true;
#else
constexpr bool kCudaBuilt = false;
int cuda_device_count() { return 0; }
bool cuda_has_bfloat16(int) { return false; }
std::string cuda_device_name(int) { return {}; }
#endif

/// The GPU's number, -1: the CPU.
int choose_device(const std::string& device) {
    if (device == "cpu")
        return -1;
    const int count = cuda_device_count();
    if (device == "auto")
        return count > 0 ? 0 : -1;
    int number = 0;
    if (device != "cuda") {
        const auto digits = device.starts_with("cuda:") ? device.substr(5) : "";
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || number < 0)
            throw OpenError(OpenStatus::kDevice, "device '" + device + "' is not known; use auto, cpu or cuda:N");
    }
    if (!kCudaBuilt)
        throw OpenError(
            OpenStatus::kDevice,
            "device " + device +
                ": this build of libausm has no CUDA (the summary of meson setup says why); use device=cpu");
    if (number >= count)
        throw OpenError(OpenStatus::kDevice, "device " + device + ": " +
                                                 (count == 0 ? "no GPU is usable here (nvidia-smi says more)"
                                                             : "there are only " + std::to_string(count) + " GPUs") +
                                                 "; use device=cpu");
    return number;
}

/// What "auto" is on a device with or without bfloat16 in hardware.
Precision automatic_precision(bool bfloat16) {
    try {
        return ops::auto_means_bfloat16().value_or(bfloat16) ? Precision::kBfloat16 : Precision::kFloat32;
    } catch (const std::invalid_argument& error) {
        throw OpenError(OpenStatus::kPrecision, error.what());
    }
}

Precision choose_precision(Precision wanted, int device) {
    const bool bfloat16 = device < 0 ? ops::cpu_has_bfloat16() : cuda_has_bfloat16(device);
    switch (wanted) {
    case Precision::kAuto: return automatic_precision(bfloat16);
    case Precision::kFloat32: return wanted;
    case Precision::kBfloat16:
        if (bfloat16)
            return wanted;
        throw OpenError(OpenStatus::kPrecision,
                        device < 0
                            ? "precision bf16 needs a processor with AVX512_BF16 or AMX; use precision=fp32 or auto"
                            : "precision bf16 needs a GPU of compute capability 8.0; use precision=fp32 or auto");
    case Precision::kFloat16: break;
    }
    throw OpenError(OpenStatus::kPrecision, "precision fp16 is not supported; use precision=fp32, bf16 or auto");
}

EnginePlan plan_of(const EngineOptions& options) {
    EnginePlan plan;
    plan.device = choose_device(options.device);
    plan.precision = choose_precision(options.precision, plan.device);
    if (options.threads < 0 || options.threads > 256)
        throw OpenError(OpenStatus::kFailed, "threads must lie in 0 .. 256");
    if (options.batch < 0 || options.batch > kMostBatch)
        throw OpenError(OpenStatus::kFailed, "batch must lie in 0 .. " + std::to_string(kMostBatch));
    const bool cpu = plan.device < 0;
    plan.threads = !cpu ? 1 : options.threads > 0 ? options.threads : std::min(physical_cores(), kMostThreads);
    plan.batch = options.batch > 0 ? options.batch : cpu ? 1 : kCudaBatch;
    return plan;
}

at::ScalarType dtype_of(Precision precision) { return precision == Precision::kBfloat16 ? at::kBFloat16 : at::kFloat; }

}  // namespace

EngineImpl::EngineImpl(const io::Safetensors& weights, const EnginePlan& plan)
    : thread_(plan.threads, plan.batch, [core = core_.get()](const auto& frames) { core->step(frames); }) {
    core_->batch = plan.batch;
    thread_.run([&] {
        const auto dtype = dtype_of(plan.precision);
#ifdef AUSM_CUDA
        if (plan.device >= 0) {
            const at::Device device(at::kCUDA, static_cast<at::DeviceIndex>(plan.device));
            enter_cuda_thread(device);
            cuda_context_ = current_cuda_context();
            core_->net = std::make_unique<AusmNet>(weights, dtype, device);
            core_->runner = make_cuda_runner(*core_->net);
            core_->make_input_maker = [device, dtype] { return make_cuda_input_maker(device, dtype); };
            core_->explain = [device](const c10::Error& error) { return cuda_error_text(device, error); };
            return;
        }
#endif
        core_->net = std::make_unique<AusmNet>(weights, dtype);
        core_->runner = std::make_unique<NetRunner>(*core_->net);
        core_->make_input_maker = make_host_input_maker;
        core_->explain = [](const c10::Error& error) { return std::string(error.what_without_backtrace()); };
    });
    const auto& config = core_->net->config();
    core_->info = {.name = config.name,
                   .weights_hash = weights.hash(),
                   .device = plan.device < 0 ? "cpu" : "cuda:" + std::to_string(plan.device),
                   .device_number = plan.device,
                   .precision = plan.precision,
                   .threads = plan.threads,
                   .processor = plan.device < 0 ? ops::cpu_name() : cuda_device_name(plan.device),
                   .libtorch = TORCH_VERSION,
                   .max_objects = std::min(config.history.id_vectors, 254),
                   .inference_size = config.inference_size,
                   .parameters = core_->net->parameters()};
}

std::unique_ptr<Session> EngineImpl::session(const SessionOptions& options) {
    check_options(options, core_->info);
    return std::make_unique<SessionImpl>(shared_from_this(), core_, thread_, options);
}

std::shared_ptr<Engine> open_engine(const EngineOptions& options) {
    using Key = std::pair<std::string, EnginePlan>;
    static std::mutex mutex;  // guards engines; held while weights are loaded, so that they are loaded once
    static auto& engines =
        *new std::map<Key, std::weak_ptr<EngineImpl>>;  // never destroyed: streams may outlive main()

    const auto plan = plan_of(options);
    const std::lock_guard lock(mutex);
    try {
        const auto weights = io::Safetensors::read(options.weights);
        auto& entry = engines[{weights.hash(), plan}];
        if (auto engine = entry.lock())
            return engine;
        const auto engine = std::make_shared<EngineImpl>(weights, plan);
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
