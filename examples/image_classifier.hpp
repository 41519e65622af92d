// What train_image_classifier, eval_image_classifier and export_inference share: data sets and networks by name.
#pragma once

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <slim/data/cifar.hpp>
#include <slim/data/dataset_factory.hpp>
#include <slim/data/digits.hpp>
#include <slim/data/idx.hpp>
#include <slim/data/image_batches.hpp>
#include <slim/data/pixel_batches.hpp>
#include <slim/nets/cifarnet.hpp>
#include <slim/nets/lenet.hpp>

/// Where the programs keep a run unless told otherwise.
inline std::string tfmodel_folder() { return (std::filesystem::temp_directory_path() / "tfmodel").string(); }

/// A network with the input and the classes of a data set. Its regularizers have scale 1: weight_decay is a number of the training run.
template <const auto& Net, class Input, int Classes, slim::text Head>
struct classifier {
  using model = slim::model<Net, Input>;
  static constexpr int classes = Classes;
  static constexpr slim::text head = Head;  // the layer that makes the logits
};

inline constexpr auto lenet = slim::nets::lenet_arg_scope(1.0)(slim::nets::make_lenet(10));
inline constexpr auto cifarnet = slim::nets::cifarnet_arg_scope(1.0)(slim::nets::make_cifarnet(10));

using lenet_classifier = classifier<lenet, slim::input<28, 28, 1>, 10, "LeNet/fc4">;
using cifarnet_classifier = classifier<cifarnet, slim::input<32, 32, 3>, 10, "CifarNet/logits">;

/// Calls `use` with the classifier of this network for this data set as template argument.
template <class Use>
void with_classifier(const std::string& model_name, const std::string& dataset_name, const Use& use) {
  const bool grey = dataset_name == "mnist" || dataset_name == "digits";
  if (grey != (model_name == "lenet"))
    throw slim::error("--model_name: expected " + std::string(grey ? "lenet" : "cifarnet") + " for --dataset_name=" + dataset_name + ", found " +
                      model_name + "; the shape of its images is part of the program, see image_classifier.hpp for another pair");
  if (grey)
    use.template operator()<lenet_classifier>();
  else
    use.template operator()<cifarnet_classifier>();
}

struct dataset_flags {
  std::string dataset_name = "mnist", dataset_split_name = "train", dataset_dir, model_name = "lenet", preprocessing_name;
  int num_readers = 4, num_preprocessing_threads = 4;

  void add_to(CLI::App& app) {
    const auto add = [&](const char* name, auto& value, const char* text) { return app.add_option(name, value, text)->capture_default_str(); };
    add("--dataset_name", dataset_name, "the data set; digits are generated")->check(CLI::IsMember({"mnist", "digits", "cifar10"}));
    add("--dataset_split_name", dataset_split_name, "train or test")->check(CLI::IsMember({"train", "test"}));
    app.add_option("--dataset_dir", dataset_dir, "folder with its TFRecord files (see convert_dataset), or with its original ones");
    add("--model_name", model_name, "the network")->check(CLI::IsMember({"lenet", "cifarnet"}));
    app.add_option("--preprocessing_name", preprocessing_name, "the network whose preprocessing is used; model_name without it");
    add("--num_readers", num_readers, "threads that read TFRecord files")->check(CLI::Range(1, 1024));
    add("--num_preprocessing_threads", num_preprocessing_threads, "threads that decode and preprocess")->check(CLI::Range(1, 1024));
  }
};

/// The batches of the data set that the flags name, preprocessed for a network: for ever and shuffled for training, once and in the stored
/// order for evaluation.
class image_source {
public:
  image_source(const dataset_flags& flags, const slim::shape& input, int batch_size, bool is_training, std::uint64_t seed = 0) {
    using namespace slim::data;
    const std::string& name = flags.preprocessing_name.empty() ? flags.model_name : flags.preprocessing_name;
    const auto preprocess = preprocessing::get_preprocessing(name, is_training);
    const batch_options batch{.batch_size = batch_size, .num_threads = flags.num_preprocessing_threads, .capacity = 5 * batch_size,
                              .allow_smaller_final_batch = !is_training};
    const int epochs = is_training ? 0 : 1;
    const std::string records = flags.dataset_dir + "/" + flags.dataset_name + "_" + flags.dataset_split_name + ".tfrecord";
    if (!flags.dataset_dir.empty() && std::filesystem::exists(records)) {
      provider.emplace(dataset_factory::get_dataset(flags.dataset_name, flags.dataset_split_name, flags.dataset_dir),
                       data_provider_options{.num_readers = is_training ? flags.num_readers : 1, .shuffle = is_training, .num_epochs = epochs,
                                             .common_queue_capacity = 20 * batch_size, .common_queue_min = 10 * batch_size, .seed = seed});
      count = provider->records_per_epoch();
      take([&] { return image_batches(*provider, preprocess, input[0], input[1], input[2], {.batch = batch, .seed = seed}); });
    } else {
      pixels = read(flags);
      count = pixels.count;
      const pixel_batch_options options{.batch = batch, .shuffle = is_training, .num_epochs = epochs, .seed = seed};
      take([&] { return pixel_batches(pixels, preprocess, input[0], input[1], input[2], options); });
    }
  }

  std::int64_t num_samples() const { return count; }
  slim::data::labelled_batch next() { return next_batch(); }
  void seek(std::int64_t step) { seek_batch(step); }

private:
  template <class Make>
  void take(const Make& make) {
    const std::shared_ptr<decltype(make())> queue(new auto(make()));
    next_batch = [queue] { return queue->next(); };
    seek_batch = [queue](std::int64_t step) { queue->seek(step); };
  }

  static slim::data::labelled_pixels read(const dataset_flags& flags) {
    const bool train = flags.dataset_split_name == "train";
    if (flags.dataset_name == "digits") return to_pixels(slim::data::digits(train ? 16000 : 4000, train ? 1 : 0x7e57));
    if (flags.dataset_dir.empty())
      throw slim::error("--dataset_dir: expected the folder with the files of " + flags.dataset_name +
                        ", found none; supply it, or take --dataset_name=digits");
    if (flags.dataset_name == "mnist") return slim::data::read_mnist_pixels(flags.dataset_dir, train);
    return slim::data::read_cifar10(flags.dataset_dir, train);
  }

  /// Back to grey values: the generator has already preprocessed its images as lenet does.
  static slim::data::labelled_pixels to_pixels(const slim::data::labelled_images& set) {
    slim::data::labelled_pixels result{set.count, set.height, set.width, set.channels, set.classes, {}, set.labels};
    result.pixels.reserve(set.images.size());
    for (const float value : set.images) result.pixels.push_back(static_cast<std::uint8_t>(std::lround(value * 128 + 128)));
    return result;
  }

  std::int64_t count = 0;
  slim::data::labelled_pixels pixels;
  std::optional<slim::data::dataset_data_provider> provider;
  slim::callback<slim::data::labelled_batch()> next_batch;  // last: the threads behind them end before what they read goes
  slim::callback<void(std::int64_t)> seek_batch;
};
