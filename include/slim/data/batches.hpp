#pragma once
#include "slim/core/begin.hpp"
// Endless batches from a data set in memory.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/labelled_batch.hpp"
#include "slim/data/labelled_images.hpp"
#include "slim/data/shuffle.hpp"
#include "slim/tensor/random.hpp"

namespace slim::data {

/// Walks through a data set for ever, each epoch in another order. Refers to the data set, which must outlive it; allocates only
/// during construction. The order of an epoch is a function of (seed, epoch) alone, so training can resume anywhere with `seek`.
class batches {
public:
  /// Shuffled anew in each epoch. Throws slim::error if the batch size is not positive or the data set is empty or inconsistent.
  batches(const labelled_images& source, int batch_size, std::uint64_t shuffle_seed) : batches(source, batch_size) {
    shuffled = true;
    seed = shuffle_seed;
    start_epoch(0);
  }

  /// In the stored order, for evaluation. Throws as above.
  batches(const labelled_images& source, int batch_size) : data(source), capacity(batch_size) {
    const std::size_t count = static_cast<std::size_t>(source.count < 0 ? 0 : source.count);
    const auto expect = [](bool condition, const char* what, std::size_t expected, std::int64_t found) {
      if (condition) return;
      throw error("batches: " + std::string(what) + ": expected " + std::to_string(expected) + ", found " + std::to_string(found) +
                  "; check how the data set was made");
    };
    expect(batch_size > 0, "batch size (at least)", 1, batch_size);
    expect(source.count > 0, "number of examples (at least)", 1, source.count);
    expect(source.labels.size() == count, "number of labels", count, static_cast<std::int64_t>(source.labels.size()));
    expect(source.image_size() > 0, "values per image (at least)", 1, source.image_size());
    example = static_cast<std::size_t>(source.image_size());
    expect(source.images.size() == count * example, "number of values in all images", count * example, static_cast<std::int64_t>(source.images.size()));
    if (capacity > source.count) capacity = source.count;
    order.resize(count);
    images.resize(static_cast<std::size_t>(capacity) * example);
    labels.resize(static_cast<std::size_t>(capacity));
    start_epoch(0);
  }

  batches(labelled_images&&, int) = delete;  // would refer to a data set that is gone
  batches(labelled_images&&, int, std::uint64_t) = delete;

  int batches_per_epoch() const { return (data.count + capacity - 1) / capacity; }

  /// Copies the next batch into place.
  labelled_batch next() {
    if (position == data.count) start_epoch(epoch + 1);
    const int left = data.count - position;
    const int size = left < capacity ? left : capacity;
    for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i) {
      const std::size_t chosen = order[static_cast<std::size_t>(position) + i];
      std::memcpy(images.data() + i * example, data.images.data() + chosen * example, example * sizeof(float));
      labels[i] = data.labels[chosen];
    }
    position += size;
    const std::size_t taken = static_cast<std::size_t>(size);
    return {{images.data(), taken * example}, {labels.data(), taken}, size, epoch};
  }

  /// Makes the next batch the one numbered `step`, counted from 0 over all epochs: resumes training after `step` steps.
  void seek(std::int64_t step) {
    expect_place("batches", step);
    start_epoch(static_cast<int>(step / batches_per_epoch()));
    position = static_cast<int>(step % batches_per_epoch()) * capacity;
  }

private:
  void start_epoch(int number) {
    epoch = number;
    position = 0;
    const std::uint32_t count = static_cast<std::uint32_t>(order.size());
    for (std::uint32_t i = 0; i < count; ++i) order[i] = i;
    if (shuffled) shuffle(std::span(order), random_stream(seed, 0, static_cast<std::uint64_t>(epoch)));
  }

  const labelled_images& data;
  int capacity;
  std::uint64_t seed = 0;
  bool shuffled = false;
  std::size_t example = 0;
  int epoch = 0, position = 0;
  std::vector<std::uint32_t> order;
  std::vector<float> images;
  std::vector<int> labels;
};

}  // namespace slim::data

#include "slim/core/end.hpp"
