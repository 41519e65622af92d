#pragma once
#include "slim/core/begin.hpp"
// From a data set in memory as bytes to preprocessed batches, made by threads of their own.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/batch_queue.hpp"
#include "slim/data/labelled_pixels.hpp"
#include "slim/data/preprocess_example.hpp"
#include "slim/data/shuffle.hpp"

namespace slim::data {

struct pixel_batch_options {
  batch_options batch = {.batch_size = 32, .num_threads = 4, .capacity = 160};
  bool shuffle = true;     ///< another order in each epoch
  int num_epochs = 0;      ///< passes over the data; 0: without end
  std::uint64_t seed = 0;  ///< of the order and of the random changes of the images; example n always gets the same
};

/// Which image comes next: all of them once in an epoch, in an order that is a function of (seed, epoch) alone.
class pixel_order {
public:
  struct choice {
    std::uint32_t index;
    int epoch;
  };

  pixel_order(int count, const pixel_batch_options& given) : order(static_cast<std::size_t>(count)), options(given) { start_epoch(0); }

  /// The next image; nothing after num_epochs.
  std::optional<choice> next() {
    if (position == order.size()) start_epoch(epoch + 1);
    if (options.num_epochs > 0 && epoch >= options.num_epochs) return std::nullopt;
    return choice{order[position++], epoch};
  }

  /// Makes the next choice the one numbered `number`, counted from 0 over all epochs.
  void seek(std::int64_t number) {
    expect_place("pixel_batches", number);
    const std::int64_t count = static_cast<std::int64_t>(order.size());
    start_epoch(static_cast<int>(number / count));
    position = static_cast<std::size_t>(number % count);
  }

private:
  void start_epoch(int number) {
    epoch = number;
    position = 0;
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
    if (options.shuffle) slim::data::shuffle(std::span(order), random_stream(options.seed, 0, static_cast<std::uint64_t>(epoch)));
  }

  std::vector<std::uint32_t> order;
  pixel_batch_options options;
  int epoch = 0;
  std::size_t position = 0;
};

/// Makes one example of a batch from the chosen image.
class pixel_example {
public:
  pixel_example(const labelled_pixels& from, const preprocessing::preprocessing_function& how, const image_extent& input, std::uint64_t seed_value)
      : source(&from), preprocess(how), extent(input), seed(seed_value) {}

  void operator()(const pixel_order::choice& chosen, std::uint64_t number, std::span<float> target, int& label) const {
    label = source->labels[chosen.index];
    try {
      preprocess_example(preprocess, source->at(static_cast<int>(chosen.index)), extent, seed, number, target);
    } catch (const error& problem) {
      throw error("image " + std::to_string(chosen.index) + ": " + problem.what());
    }
  }

private:
  const labelled_pixels* source;
  preprocessing::preprocessing_function preprocess;
  image_extent extent;
  std::uint64_t seed;
};

/// Batches of height x width x channels images and labels from a data set in memory, which must outlive them. They depend on the seed, but
/// not on the number of threads; `seek(step)` resumes exactly. Throws slim::error if the set is empty or inconsistent.
inline batch_queue<pixel_order, pixel_example> pixel_batches(const labelled_pixels& source, const preprocessing::preprocessing_function& preprocess, int height,
                                                             int width, int channels, const pixel_batch_options& options = {}) {
  const image_extent extent{height, width, channels};
  expect_image_extent("pixel_batches", extent);
  if (options.num_epochs < 0) throw error{"pixel_batches: num_epochs: expected 0 or more, found ", options.num_epochs, "; 0 goes on without end"};
  const std::size_t count = static_cast<std::size_t>(source.count > 0 ? source.count : 0);
  if (count == 0 || source.labels.size() != count || source.pixels.size() != count * image_size(source.height, source.width, source.channels)) {
    throw error("pixel_batches: data set: expected at least one image, with a label and " + std::to_string(source.height) + " x " +
                std::to_string(source.width) + " x " + std::to_string(source.channels) + " values for each, found " + std::to_string(source.count) +
                " images, " + std::to_string(source.labels.size()) + " labels and " + std::to_string(source.pixels.size()) +
                " values; check how the data set was made");
  }
  return {pixel_order(source.count, options), extent.size(), pixel_example(source, preprocess, extent, options.seed), options.batch};
}
batch_queue<pixel_order, pixel_example> pixel_batches(labelled_pixels&&, const preprocessing::preprocessing_function&, int, int, int,
                                                      const pixel_batch_options& = {}) = delete;  // would refer to a data set that is gone

}  // namespace slim::data

#include "slim/core/end.hpp"
