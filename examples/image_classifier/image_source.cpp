#include "image_source.hpp"

#include <cmath>
#include <filesystem>
#include <optional>
#include <string>

#include <slim/core/callback.hpp>
#include <slim/data/cifar.hpp>
#include <slim/data/dataset_factory.hpp>
#include <slim/data/digits.hpp>
#include <slim/data/idx.hpp>
#include <slim/data/image_batches.hpp>
#include <slim/data/pixel_batches.hpp>

using namespace slim::data;

namespace {

/// Back to grey values: the generator has already preprocessed its images as lenet does.
labelled_pixels to_pixels(const labelled_images& set) {
  labelled_pixels result{set.count, set.height, set.width, set.channels, set.classes, {}, set.labels};
  result.pixels.reserve(set.images.size());
  for (const float value : set.images) result.pixels.push_back(static_cast<std::uint8_t>(std::lround(value * 128 + 128)));
  return result;
}

/// The original files of mnist and cifar10, and the digits, which are generated.
labelled_pixels read_pixels(const dataset_flags& flags) {
  const bool train = flags.dataset_split_name == "train";
  if (!train && flags.dataset_split_name != "test")
    throw slim::error("--dataset_split_name: expected train or test for --dataset_name=" + flags.dataset_name + ", found " + flags.dataset_split_name +
                      "; choose one of these");
  if (flags.dataset_name == "digits") return to_pixels(digits(train ? 16000 : 4000, train ? 1 : 0x7e57));
  return flags.dataset_name == "mnist" ? read_mnist_pixels(flags.dataset_dir, train) : read_cifar10(flags.dataset_dir, train);
}

}  // namespace

struct image_source::state {
  std::int64_t count = 0;
  labelled_pixels pixels;
  std::optional<dataset_data_provider> provider;
  slim::callback<labelled_batch()> next_batch;  // last: the threads behind them end before what they read goes
  slim::callback<void(std::int64_t)> seek_batch;

  template <class Make>
  void take(const Make& make) {
    const std::shared_ptr<decltype(make())> queue(new auto(make()));
    next_batch = [queue] { return queue->next(); };
    seek_batch = [queue](std::int64_t step) { queue->seek(step); };
  }
};

image_source::image_source(const dataset_flags& flags, int height, int width, int channels, int batch_size, bool is_training, std::uint64_t seed,
                           batch_shard shard)
    : held(std::make_unique<state>()) {
  state& s = *held;
  const std::string& name = flags.preprocessing_name.empty() ? flags.model_name : flags.preprocessing_name;
  const auto preprocess = preprocessing::get_preprocessing(name, is_training);
  const batch_options batch{.batch_size = batch_size,
                            .num_threads = flags.num_preprocessing_threads,
                            .capacity = 5 * batch_size,
                            .allow_smaller_final_batch = !is_training,
                            .shard = shard};
  const int epochs = is_training ? 0 : 1;
  if (flags.dataset_dir.empty() && flags.dataset_name != "digits")
    throw slim::error("--dataset_dir: expected the folder with the files of " + flags.dataset_name + ", found none; supply it, or take --dataset_name=digits");
  const bool has_originals = flags.dataset_name == "mnist" || flags.dataset_name == "cifar10";
  const std::string records = flags.dataset_dir + "/" + flags.dataset_name + "_" + flags.dataset_split_name + ".tfrecord";
  if (flags.dataset_name != "digits" && (!has_originals || std::filesystem::exists(records))) {
    s.provider.emplace(dataset_factory::get_dataset(flags.dataset_name, flags.dataset_split_name, flags.dataset_dir),
                       data_provider_options{.num_readers = is_training ? flags.num_readers : 1,
                                             .shuffle = is_training,
                                             .num_epochs = epochs,
                                             .common_queue_capacity = 20 * batch_size,
                                             .common_queue_min = 10 * batch_size,
                                             .seed = seed});
    s.count = s.provider->records_per_epoch();
    s.take(
        [&] { return image_batches(*s.provider, preprocess, height, width, channels, {.batch = batch, .labels_offset = flags.labels_offset, .seed = seed}); });
  } else {
    s.pixels = read_pixels(flags);
    s.count = s.pixels.count;
    for (int& label : s.pixels.labels) label -= flags.labels_offset;
    s.take([&] {
      return pixel_batches(s.pixels, preprocess, height, width, channels, {.batch = batch, .shuffle = is_training, .num_epochs = epochs, .seed = seed});
    });
  }
}
image_source::~image_source() = default;

std::int64_t image_source::num_samples() const { return held->count; }
labelled_batch image_source::next() { return held->next_batch(); }
void image_source::seek(std::int64_t step) { held->seek_batch(step); }
