#pragma once
#include "slim/core/begin.hpp"
// From the files of a data set to the batches of an image classifier.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/batch_queue.hpp"
#include "slim/data/dataset_data_provider.hpp"
#include "slim/data/image.hpp"
#include "slim/data/preprocess_example.hpp"

namespace slim::data {

struct image_batch_options {
  batch_options batch = {.batch_size = 32, .num_threads = 4, .capacity = 160};
  int labels_offset = 0;   ///< subtracted from each label: 1 for networks without ImageNet's background class
  std::uint64_t seed = 0;  ///< of the random changes of the images; example n always gets the same
};

/// Makes one example of a batch: decodes the items image and label of a record and preprocesses the image.
class image_example {
public:
  image_example(const dataset_data_provider& from, const preprocessing::preprocessing_function& how, const image_extent& input,
                const image_batch_options& options)
      : provider(&from), preprocess(how), extent(input), labels_offset(options.labels_offset), seed(options.seed) {}

  void operator()(const record& from, std::uint64_t number, std::span<float> target, int& label) const {
    std::vector<item> items = provider->decode(from, {"image", "label"});
    const auto fail = [&](const std::string& what, const std::string& expected, const std::string& found, const char* advice) {
      throw error("record " + from.key + ": " + what + ": expected " + expected + ", found " + found + "; " + advice);
    };

    const std::vector<std::int64_t>& labels = items[1].as<std::int64_t>();
    if (labels.size() != 1) fail("label", "one", std::to_string(labels.size()), "check how the data set was made");
    const std::int64_t shifted = labels[0] - labels_offset, classes = provider->source().num_classes;
    if (shifted < 0 || (classes > 0 && labels[0] >= classes)) {
      fail("label", "at least " + std::to_string(labels_offset) + (classes > 0 ? ", at most " + std::to_string(classes - 1) : std::string()),
           std::to_string(labels[0]), "check labels_offset and the data set");
    }
    label = static_cast<int>(shifted);

    const item_shape& shape = items[0].shape;
    if (shape.size() != 3) fail("image", "height, width and channels", std::to_string(shape.size()) + " extents", "check the decoder");
    const byte_image picture{static_cast<int>(shape[0]), static_cast<int>(shape[1]), static_cast<int>(shape[2]), items[0].as<std::uint8_t>()};
    try {
      preprocess_example(preprocess, picture, extent, seed, number, target);
    } catch (const error& problem) {
      throw error("record " + from.key + ": " + problem.what());
    }
  }

private:
  const dataset_data_provider* provider;
  preprocessing::preprocessing_function preprocess;
  image_extent extent;
  int labels_offset;
  std::uint64_t seed;
};

/// Endless batches of height x width x channels images and labels from a provider, which must outlive them and not be used otherwise
/// meanwhile. The batches depend on the seeds and on the provider's num_readers, but not on the number of threads; `seek(step)` resumes
/// exactly. The input of TF-Slim's train_image_classifier.
inline batch_queue<dataset_data_provider&, image_example> image_batches(dataset_data_provider& provider,
                                                                        const preprocessing::preprocessing_function& preprocess, int height, int width,
                                                                        int channels, const image_batch_options& options = {}) {
  const image_extent extent{height, width, channels};
  expect_image_extent("image_batches", extent);
  return {provider, extent.size(), image_example(provider, preprocess, extent, options), options.batch};
}

}  // namespace slim::data

#include "slim/core/end.hpp"
