#pragma once
#include "slim/core/begin.hpp"
// The part of each batch that one process of several works on.

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "slim/data/batch_shard.hpp"

namespace slim::learning {

/// Gives each rank its part of the batches of a source that gives the same ones on all: `auto mine = learning::share_of(train_op, batches); train(train_op,
/// mine)`. So the run sees the batches of a single process, each example once, whatever the number of ranks; a last batch with fewer examples than ranks is
/// counted rightly. Batches have images, labels and size, or are tuples with one part for each input and the labels. `TrainOp` was created with
/// learning::distributed.
template <class TrainOp, class Batches>
class share_of {
public:
  share_of(TrainOp& with, Batches& from) : train_op(with), batches(from) {}

  auto next() {
    auto part = batches.next();
    const std::size_t all = examples_in(part);
    if (all == 0) return part;
    const auto own = data::batch_shard{train_op.others().rank(), train_op.others().size()}.of(all);
    const std::size_t first = own.first, count = own.size;
    if (own.counted >= 0) train_op.others().count(own.counted);
    if constexpr (requires { part.images, part.labels, part.size; }) {
      take(part.images, all, first, count), take(part.labels, all, first, count);
      part.size = static_cast<decltype(part.size)>(count);
    } else {
      std::apply([&](auto&... each) { (take(each, all, first, count), ...); }, part);
    }
    return part;
  }
  void seek(std::int64_t step)
    requires requires(Batches& from) { from.seek(step); }
  {
    batches.seek(step);
  }

private:
  template <class Batch>
  static std::size_t examples_in(const Batch& batch) {
    if constexpr (requires { batch.images, batch.labels, batch.size; }) return static_cast<std::size_t>(batch.size);
    else return static_cast<std::size_t>(std::get<0>(batch).size()) / static_cast<std::size_t>(TrainOp::model::options::input_extents[0].size());
  }
  template <class Values>
  static void take(Values& values, std::size_t all, std::size_t first, std::size_t count) {
    const std::size_t each = values.size() / all;
    if constexpr (requires { values.subspan(first, count); }) values = values.subspan(first * each, count * each);
    else values = Values(values.begin() + static_cast<std::ptrdiff_t>(first * each), values.begin() + static_cast<std::ptrdiff_t>((first + count) * each));
  }

  TrainOp& train_op;
  Batches& batches;
};

}  // namespace slim::learning

#include "slim/core/end.hpp"
