// SPDX-License-Identifier: MIT
// The engine as its callers see it: label maps of a GPU against the CPU's, frames from host and from device memory, and
// a stream that is saved on one and goes on on the other.
#include "network.h"
#include "network_video.h"

#include <cmath>

namespace ausm::gpu {
namespace {

constexpr int kObjects = 2;

/// Differing pixels, pixels of objects, and the largest differences of areas and boxes.
struct Difference {
    double pixels = 0, inside = 0, area = 0, box = 0;
    void add(const Result& got, const Result& wanted) {
        if (got.map.size() != wanted.map.size()) {
            pixels = INFINITY;
            return;
        }
        for (std::size_t i = 0; i < wanted.map.size(); ++i) {
            pixels += got.map[i] != wanted.map[i] ? 1 : 0;
            inside += wanted.map[i] != 0 ? 1 : 0;
        }
        for (std::size_t i = 0; i < std::min(got.objects.size(), wanted.objects.size()); ++i) {
            const auto &a = got.objects[i], &b = wanted.objects[i];
            area = std::max(area, std::abs(a.area - b.area));
            for (std::size_t side = 0; side < 4; ++side)
                box = std::max(box, std::abs(a.box[side] - b.box[side]));
        }
    }
    [[nodiscard]] double share() const { return pixels / std::max(inside, 1.0); }
};

class Sessions {
public:
    Sessions(const Target& target, Report& report, Figures& figures)
        : target_(target), frames_(target.quick ? 4 : 30), report_(report), figures_(figures),
          cpu_(open(target.weights, "cpu", Precision::kFloat32)) {}

    void compare(const std::string& name, Precision precision, double bound) {
        const auto engine = open(target_.weights, target_.device.str(), precision);
        for (const auto format : {PixelFormat::kRgb, PixelFormat::kNv12, PixelFormat::kI420}) {
            report_.enter(name + ", " + Video::name(format));
            Video video(format, 640, 360, 10);
            const auto wanted = cpu_->session({}), host = engine->session({}), device = engine->session({});
            Difference to_cpu, to_host;
            Result expected, got, from_device;
            double objects = 0;
            for (int time = 0; time < frames_; ++time) {
                const auto prompts = Video::boxes(time == 0 ? kObjects : 0);
                step(*wanted, video.frame(time), prompts, expected);
                step(*host, video.frame(time), prompts, got);
                to_cpu.add(got, expected);
                objects += got.objects.size() == kObjects && expected.objects.size() == kObjects ? 1 : 0;
                if (!target_.on_gpu())
                    continue;
                step(*device, video.device_frame(time), prompts, from_device);
                to_host.add(from_device, got);
            }
            report_.expect("both objects on every frame", objects == frames_);
            report_.expect("the CPU finds something", to_cpu.inside > 0);
            report_.compare("pixels that differ from the CPU's", {to_cpu.share(), bound, 1});
            report_.compare("areas that differ from the CPU's", {to_cpu.area, bound, 0});
            // An edge that moves by one cell of the masks moves a box by as much.
            report_.compare("boxes that differ from the CPU's", {to_cpu.box, 2.0 / 64, 0});
            figures_.value("pixels that differ from the CPU's, " + name + ", " + Video::name(format), to_cpu.share(),
                           "of the objects'");
            if (target_.on_gpu())
                report_.expect("device memory gives the same map", to_host.pixels == 0);
        }
    }

    /// float32 on both: a saved state belongs to a precision.
    void save_and_load() {
        report_.enter("saved on " + target_.device.str() + ", loaded on the CPU");
        const auto engine = open(target_.weights, target_.device.str(), Precision::kFloat32);
        Video video(PixelFormat::kRgb, 640, 360, 10);
        const auto there = engine->session({}), here = cpu_->session({}), back = engine->session({});
        Result result, loaded, returned;
        int time = 0;
        for (; time < frames_ / 2; ++time)
            step(*there, video.frame(time), Video::boxes(time == 0 ? kObjects : 0), result);
        here->load(there->save());
        back->load(here->save());
        Difference on_cpu, on_target;
        for (; time < frames_; ++time) {
            step(*there, video.frame(time), {}, result);
            step(*here, video.frame(time), {}, loaded);
            step(*back, video.frame(time), {}, returned);
            on_cpu.add(loaded, result);
            on_target.add(returned, result);
        }
        report_.expect("ids go on", !loaded.objects.empty() && loaded.objects[0].id == result.objects[0].id);
        report_.compare("pixels that differ on the CPU", {on_cpu.share(), 0.002, 1});
        report_.compare("pixels that differ after the way back", {on_target.share(), 0.0001, 1});
    }

private:
    const Target& target_;
    int frames_;
    Report& report_;
    Figures& figures_;
    std::shared_ptr<Engine> cpu_;
};

}  // namespace

/// Bounds: pixels on an object's edge may fall either way; a wrong colour matrix, offset or scale moves every edge.
void compare_sessions(const Target& target, Report& report, Figures& figures) {
    Sessions sessions(target, report, figures);
    sessions.compare("float32", Precision::kFloat32, 0.005);
    if (precisions_of(target).size() > 1)
        sessions.compare("bfloat16", Precision::kBfloat16, 0.05);
    sessions.save_and_load();
}

}  // namespace ausm::gpu
