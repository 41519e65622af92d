#pragma once
#include "slim/core/begin.hpp"
// Batches of any items of a data set, also of items whose shape differs from example to example.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/batch_queue.hpp"
#include "slim/data/dataset_data_provider.hpp"
#include "slim/data/item.hpp"
#include "slim/data/ordered_workers.hpp"

namespace slim::data {

namespace detail {

/// The smallest shape that holds all of the examples; without `dynamic_pad` they must agree.
inline item_shape common_shape(const std::vector<item>& examples, bool dynamic_pad) {
  item_shape shape = examples.front().shape;
  for (const item& one : examples) {
    const bool fits = one.shape.size() == shape.size() && one.type() == examples.front().type() && (dynamic_pad || one.shape == shape);
    if (!fits) {
      throw error("batch: expected examples like " + to_string(examples.front().shape) + " of " + type_name(examples.front().type()) + ", found " +
                  to_string(one.shape) + " of " + type_name(one.type()) +
                  (dynamic_pad ? "; padding changes extents, not their number or the type" : "; set dynamic_pad or give the decoder a shape"));
    }
    for (std::size_t axis = 0; axis < shape.size(); ++axis) shape[axis] = std::max(shape[axis], one.shape[axis]);
  }
  return shape;
}

/// Copies a tensor of shape `from` into the corner of one of shape `to`, row by row of the last axis.
template <class Value>
void copy_into_corner(const Value* values, const item_shape& from, const item_shape& to, Value* target, std::size_t axis = 0) {
  if (axis == from.size()) {
    *target = *values;
    return;
  }
  std::int64_t from_step = 1, to_step = 1;
  for (std::size_t inner = axis + 1; inner < from.size(); ++inner) from_step *= from[inner], to_step *= to[inner];
  if (axis + 1 == from.size()) {
    std::copy(values, values + from[axis], target);
    return;
  }
  for (std::int64_t i = 0; i < from[axis]; ++i) copy_into_corner(values + i * from_step, from, to, target + i * to_step, axis + 1);
}

}  // namespace detail

/// One item of shape [examples, ...] from the same item of several examples. With `dynamic_pad` shorter ones are filled up with zeros or
/// empty strings behind their values; sparse ones become dense. Throws slim::error for shapes or types that do not go together.
inline item stack(std::vector<item> examples, bool dynamic_pad = false) {
  if (examples.empty()) throw error("batch: expected at least one example, found none; give some");
  for (item& one : examples) {
    const bool text = one.type() == dtype::string;
    one = to_dense(std::move(one), text ? scalar(std::string()) : scalar(std::int64_t{0}));
  }
  const item_shape each = detail::common_shape(examples, dynamic_pad);
  item_shape shape = each;
  shape.insert(shape.begin(), static_cast<std::int64_t>(examples.size()));
  const std::size_t size = static_cast<std::size_t>(detail::size_of(shape));
  const std::int64_t step = detail::size_of(each);
  return {shape, std::visit(
                     [&]<class Values>(const Values&) -> item_values {
                       Values all(size);
                       auto* target = all.data();
                       for (const item& one : examples) {
                         if (one.size() > 0) detail::copy_into_corner(std::get<Values>(one.values).data(), one.shape, each, target);
                         target += step;
                       }
                       return all;
                     },
                     examples.front().values)};
}

struct item_batch_options {
  batch_options batch = {};
  bool dynamic_pad = false;  ///< fills up shorter examples, each batch to the longest of its own
};

/// The items of a batch, in the order in which they were asked for, each of shape [size, ...].
struct item_batch {
  std::vector<item> items;
  int size = 0;      ///< examples; 0 when the provider has come to its end
  int epoch = 0;     ///< complete passes before this batch
  int counted = -1;  ///< see labelled_batch
};

/// TensorFlow's train.batch for items of a provider: threads decode and stack, the batches do not depend on their number. `seek(step)`
/// resumes exactly. The provider must outlive them and not be used otherwise meanwhile.
class item_batches {
public:
  /// Throws slim::error for unknown items when they are first decoded, and if an option is out of range.
  item_batches(dataset_data_provider& from, std::vector<std::string> names, const item_batch_options& given = {})
      : own(new state{from, std::move(names), given}) {
    if (given.batch.batch_size < 1)
      throw error("item_batches: batch_size: expected at least 1, found " + std::to_string(given.batch.batch_size) + "; choose a larger one");
    given.batch.shard.check("item_batches");
    own->start();
  }

  /// The next batch, valid until the next call; size 0 at the end. Throws what the provider has thrown.
  const item_batch& next() {
    static const item_batch end;
    const place* const taken = own->running->take();
    return taken == nullptr ? end : taken->batch;
  }

  /// Makes the next batch the one numbered `step`, counted from 0.
  void seek(std::int64_t step) {
    own->running.reset();  // the provider is used by one thread at a time
    own->provider.seek(step * own->options.batch.batch_size);
    own->start();
  }

private:
  struct place {
    std::vector<record> records;
    item_batch batch;
  };

  /// What the threads work on, where it stays when the batches are moved.
  struct state {
    dataset_data_provider& provider;
    std::vector<std::string> wanted;
    item_batch_options options;
    std::optional<ordered_workers<place>> running = {};

    bool draw(place& into) {
      const std::size_t size = static_cast<std::size_t>(options.batch.batch_size);
      into.records.clear();
      while (into.records.size() < size) {
        auto next = provider.next();
        if (!next) break;
        into.records.push_back(std::move(*next));
      }
      return into.records.size() == size || (options.batch.allow_smaller_final_batch && !into.records.empty());
    }

    void make(place& into) const {
      std::vector<std::vector<item>> columns(wanted.size());
      const auto [first, size, counted] = options.batch.shard.of(into.records.size());
      for (std::size_t r = first; r < first + size; ++r) {
        std::vector<item> row = provider.decode(into.records[r], wanted);
        for (std::size_t i = 0; i < row.size(); ++i) columns[i].push_back(std::move(row[i]));
      }
      into.batch.items.clear();
      for (std::size_t i = 0; i < columns.size(); ++i) {
        try {
          into.batch.items.push_back(stack(std::move(columns[i]), options.dynamic_pad));
        } catch (const error& problem) {
          throw error("records " + into.records[first].key + " to " + into.records[first + size - 1].key + ": item " + wanted[i] + ": " + problem.what());
        }
      }
      into.batch.size = static_cast<int>(size), into.batch.counted = counted;
      into.batch.epoch = into.records.front().epoch;
    }

    void start() {
      running.emplace(
          options.batch.batches_ahead(), options.batch.num_threads, [this](place& into) { return draw(into); }, [this](place& into) { make(into); });
    }
  };

  std::unique_ptr<state> own;
};

}  // namespace slim::data

#include "slim/core/end.hpp"
