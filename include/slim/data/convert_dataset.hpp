#pragma once
#include "slim/core/begin.hpp"
// Conversion of data sets to TFRecord files with the names and features of TF-Slim's converters.
// Link with jpeg, png and zlib.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/cifar.hpp"
#include "slim/data/decode_image.hpp"
#include "slim/data/example.hpp"
#include "slim/data/idx.hpp"
#include "slim/data/image_folder.hpp"
#include "slim/data/label_file.hpp"
#include "slim/data/labelled_pixels.hpp"
#include "slim/data/png.hpp"
#include "slim/data/tfrecord.hpp"
#include "slim/tensor/random.hpp"

namespace slim::data {

/// One labelled image as TF-Slim's data sets store it.
inline features image_to_tfexample(std::string image_data, std::string image_format, int height, int width, int class_id) {
  return {{"image/encoded", bytes_list{std::move(image_data)}},
          {"image/format", bytes_list{std::move(image_format)}},
          {"image/class/label", int64_list{class_id}},
          {"image/height", int64_list{height}},
          {"image/width", int64_list{width}}};
}

namespace detail {

inline bool all_exist(const std::vector<std::string>& paths) {
  std::error_code ignored;
  for (const std::string& path : paths) {
    if (!std::filesystem::exists(path, ignored)) return false;
  }
  return true;
}

inline void make_folder(const std::string& directory) {
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem) throw error("write data: " + directory + ": expected a folder that can be made, found " + problem.message() + "; check the path");
}

inline void write_pixels(const labelled_pixels& set, const std::string& path) {
  tfrecord_writer writer(path);
  for (int i = 0; i < set.count; ++i) {
    writer.write(serialize(image_to_tfexample(encode_png(set.at(i)), "png", set.height, set.width, set.labels[static_cast<std::size_t>(i)])));
  }
  writer.close();
}

/// `read(train)` gives the two splits.
template <class Read>
bool convert_pixels(const std::string& name, const std::vector<std::string>& classes, const std::string& dataset_dir, Read read) {
  const std::string train = dataset_dir + "/" + name + "_train.tfrecord", test = dataset_dir + "/" + name + "_test.tfrecord";
  if (all_exist({train, test})) return false;
  make_folder(dataset_dir);
  write_label_file(classes, dataset_dir);
  write_pixels(read(true), train);
  write_pixels(read(false), test);
  return true;
}

}  // namespace detail

/// Converts the MNIST files of `source_dir` (see read_mnist_pixels) to mnist_train.tfrecord, mnist_test.tfrecord and labels.txt;
/// images become PNG. Returns false, and does nothing, if the records exist. Throws slim::error as the reader does.
/// Unlike TF-Slim's, the label file calls 6 "six" and not "size".
inline bool convert_mnist(const std::string& source_dir, const std::string& dataset_dir) {
  return detail::convert_pixels("mnist", {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}, dataset_dir,
                                [&](bool train) { return read_mnist_pixels(source_dir, train); });
}

/// Converts the binary files of CIFAR-10 (see read_cifar10) to cifar10_train.tfrecord, cifar10_test.tfrecord and labels.txt, as above.
inline bool convert_cifar10(const std::string& source_dir, const std::string& dataset_dir) {
  return detail::convert_pixels("cifar10", {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}, dataset_dir,
                                [&](bool train) { return read_cifar10(source_dir, train); });
}

/// How convert_image_folder divides images; the defaults are those of TF-Slim's flowers.
struct image_folder_split {
  std::size_t num_validation = 350;
  int num_shards = 5;
  std::uint64_t seed = 0;  ///< of the shuffling before the division
};

namespace detail {

/// `flowers_train_00000-of-00005.tfrecord` and so on.
inline std::vector<std::string> shard_paths(const std::string& name, const std::string& split, int shards, const std::string& dataset_dir) {
  std::vector<std::string> paths;
  for (int shard = 0; shard < shards; ++shard) {
    char numbers[64];
    std::snprintf(numbers, sizeof numbers, "_%05d-of-%05d.tfrecord", shard, shards);
    paths.push_back(dataset_dir + "/" + name + "_" + split + numbers);
  }
  return paths;
}

inline void write_files(const std::vector<labelled_file>& files, const std::vector<std::string>& shards) {
  const std::size_t per_shard = (files.size() + shards.size() - 1) / shards.size();
  for (std::size_t shard = 0; shard < shards.size(); ++shard) {
    tfrecord_writer writer(shards[shard]);
    for (std::size_t i = shard * per_shard; i < files.size() && i < (shard + 1) * per_shard; ++i) {
      const labelled_file& file = files[i];
      std::string bytes = read_image_file(file.path);
      byte_image picture;
      try {
        picture = decode_image(bytes, 3);
      } catch (const error& problem) {
        throw error("convert: " + file.path + ": " + problem.what());
      }
      const char* const format = is_png(bytes) ? "png" : is_bmp(bytes) ? "bmp" : is_gif(bytes) ? "gif" : "jpg";
      writer.write(serialize(image_to_tfexample(std::move(bytes), format, picture.height, picture.width, file.label)));
    }
    writer.close();
  }
}

}  // namespace detail

/// Converts a folder with one folder of JPEG or PNG images for each class to shards `<name>_train_00000-of-00005.tfrecord`,
/// `<name>_validation_...` and labels.txt, keeping the bytes of the images, each of which is decoded once to be sure. Returns false,
/// and does nothing, if all shards exist. Throws slim::error naming the file that is no image.
inline bool convert_image_folder(const std::string& name, const std::string& source_dir, const std::string& dataset_dir, const image_folder_split& split = {}) {
  if (split.num_shards < 1 || split.num_shards > 99999) {
    throw error("convert: " + name + ": expected 1 .. 99999 shards, found " + std::to_string(split.num_shards) + "; choose a number in this range");
  }
  const auto train = detail::shard_paths(name, "train", split.num_shards, dataset_dir);
  const auto validation = detail::shard_paths(name, "validation", split.num_shards, dataset_dir);
  if (detail::all_exist(train) && detail::all_exist(validation)) return false;

  image_folder folder = list_image_folder(source_dir);
  if (folder.files.size() <= split.num_validation) {
    throw error("convert: " + source_dir + ": expected more than the " + std::to_string(split.num_validation) + " images for validation, found " +
                std::to_string(folder.files.size()) + "; choose fewer for validation");
  }
  random_stream random(split.seed);
  for (std::size_t left = folder.files.size(); left > 1; --left) {  // Fisher and Yates
    std::swap(folder.files[left - 1], folder.files[random.below(static_cast<std::uint32_t>(left))]);
  }
  const auto border = folder.files.begin() + static_cast<std::ptrdiff_t>(split.num_validation);
  detail::make_folder(dataset_dir);
  write_label_file(folder.classes, dataset_dir);
  detail::write_files({border, folder.files.end()}, train);
  detail::write_files({folder.files.begin(), border}, validation);
  return true;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
