// SPDX-License-Identifier: MIT
// What a GPU records of a plan refers to addresses: the tensors there must live as long as the plan.
#include "session/net_plan.h"

#include "ops/workers.h"
#include "reference.h"

#include <c10/core/InferenceMode.h>
#include <torch/library.h>

#include <set>

namespace ausm {
namespace {

using Storage = c10::weak_intrusive_ptr<c10::StorageImpl>;

/// Sees every operator that this thread calls while it lives: the storages that they work on and did not make.
class Recording {
public:
    Recording() { current = this; }
    ~Recording() { current = nullptr; }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

    [[nodiscard]] const std::vector<Storage>& storages() const { return storages_; }

    static void call(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
        const c10::impl::ExcludeDispatchKeyGuard once(kKey);
        const auto arguments = op.schema().arguments().size();
        each_storage(torch::jit::last(*stack, arguments), [](const c10::Storage& storage) {
            if (current->known_.insert(storage.unsafeGetStorageImpl()).second)
                current->storages_.push_back(storage.getWeakStorageImpl());
        });
        op.callBoxed(stack);
        each_storage(torch::jit::last(*stack, op.schema().returns().size()),
                     [](const c10::Storage& storage) { current->known_.insert(storage.unsafeGetStorageImpl()); });
    }

private:
    static constexpr auto kKey = c10::DispatchKey::TESTING_ONLY_GenericMode;

    template <class Action>
    static void each_storage(c10::ArrayRef<c10::IValue> values, const Action& action) {
        for (const auto& value : values) {
            if (value.isTensor() && value.toTensor().defined() && value.toTensor().has_storage())
                action(value.toTensor().storage());
            else if (value.isTensorList())
                for (const at::Tensor& tensor : value.toTensorVector())
                    action(tensor.storage());
        }
    }

    static inline thread_local Recording* current = nullptr;
    std::set<const c10::StorageImpl*> known_;  // from outside, or made since
    std::vector<Storage> storages_;
    c10::impl::IncludeDispatchKeyGuard guard_{kKey};
};

TORCH_LIBRARY_IMPL(_, TESTING_ONLY_GenericMode, library) {
    library.fallback(torch::CppFunction::makeFromBoxedFunction<&Recording::call>());
}

class NetPlanTest : public testing::Test {
protected:
    NetInput input(std::int64_t rows, std::int64_t columns) const {
        NetInput result;
        result.images = at::randn({1, 3, rows * 16, columns * 16});
        result.history = net_.initial_history(1, {rows, columns});
        result.slots = at::tensor({3, 7}, at::kLong);
        result.kinds = at::tensor({1, 0}, at::kLong);
        result.masks = at::rand({2, rows * 4, columns * 4});
        return result;
    }
    /// A frame through `plan`, as a GPU repeats it.
    static at::Tensor run(NetPlan& plan, const std::vector<NetInput>& batch) {
        plan.load(batch);
        for (const auto& phase : plan.phases())
            phase();
        plan.copy_out(batch);
        return plan.take(batch).front().logits;
    }
    /// Records what a third frame refers to (the first two fill caches), lets `meanwhile` work, and goes on.
    void expect_untouched_by(const std::function<void()>& meanwhile) {
        at::manual_seed(4);
        const std::vector<NetInput> batch{input(4, 6)};
        NetPlan plan(net_, NetPlanKey::of(batch, net_.config()));
        run(plan, batch);
        run(plan, batch);
        std::vector<Storage> recorded;
        at::Tensor before;
        {
            const Recording recording;
            before = run(plan, batch);
            recorded = recording.storages();
        }
        EXPECT_GT(recorded.size(), 150U) << "weights, inputs and position codes";
        meanwhile();
        std::size_t freed = 0;
        for (const auto& storage : recorded)
            freed += storage.expired() ? 1 : 0;
        EXPECT_EQ(freed, 0U) << "of " << recorded.size() << " tensors that the recorded frame refers to";
        EXPECT_TRUE(at::equal(run(plan, batch), before));
    }

    c10::InferenceMode inference_;
    AusmNet net_{test::weights(), at::kDouble};  // whose convolutions read the weights themselves, as on a GPU
    NetRunner runner_{net_};
};

TEST_F(NetPlanTest, OwnsWhatItRefersToHoweverManySizesCome) {
    expect_untouched_by([&] {
        for (std::int64_t columns = 2; columns < 20; columns += 2) {  // nine sizes
            const auto other = input(2, columns);
            const auto answers = runner_.step({&other, 1});
            static_cast<void>(runner_.refine(other, answers[0].frame));
        }
    });
}

TEST_F(NetPlanTest, OwnsWhatItRefersToHoweverManyWorkersThereAre) {
    expect_untouched_by([&] {
        for (const int count : {2, 3}) {
            ops::Workers workers(count);
            const ops::LeadWorkers lead(workers);
            const auto other = input(4, 6);
            static_cast<void>(runner_.step({&other, 1}));
        }
    });
}

}  // namespace
}  // namespace ausm
