#pragma once
#include "slim/core/begin.hpp"
// The data sets of TF-Slim (dataset_factory.py), as its converters write them. Link with zlib, jpeg and png.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/dataset.hpp"
#include "slim/data/image_handler.hpp"
#include "slim/data/label_file.hpp"
#include "slim/data/tfexample_decoder.hpp"

namespace slim::data::dataset_factory {

namespace detail {

/// What one data set has of its own.
struct description {
  struct split {
    std::string_view name;
    std::int64_t num_samples;
  };

  std::string_view name;
  split splits[2];
  int num_classes;
  std::string_view before_split, behind_split;  ///< of the file pattern
  std::string_view format;                      ///< of the images, where a record does not say
  tfexample_decoder::image image;
  bool has_boxes = false, has_texts = false;
};

inline const std::vector<description>& descriptions() {
  static const std::vector<description> all = {
      {"cifar10", {{"train", 50'000}, {"test", 10'000}}, 10, "cifar10_", ".tfrecord", "png", {.shape = item_shape{32, 32, 3}}},
      {"flowers", {{"train", 3'320}, {"validation", 350}}, 5, "flowers_", "_*.tfrecord", "png", {}},
      {"imagenet", {{"train", 1'281'167}, {"validation", 50'000}}, 1001, "", "-*", "jpeg", {}, true, true},
      {"mnist", {{"train", 60'000}, {"test", 10'000}}, 10, "mnist_", ".tfrecord", "raw", {.shape = item_shape{28, 28, 1}, .channels = 1}},
      {"visualwakewords", {{"train", 82'783}, {"val", 40'504}}, 2, "", ".record-*", "jpeg", {}, true},
  };
  return all;
}

/// The names in a list of descriptions or splits, for messages.
template <class List>
std::string names_of(const List& list) {
  std::string names;
  for (const auto& each : list) names += (names.empty() ? "" : ", ") + std::string(each.name);
  return names;
}

template <class List>
const auto& find(const List& list, std::string_view what, std::string_view name) {
  for (const auto& each : list)
    if (each.name == name) return each;
  throw error("get_dataset: " + std::string(what) + ": expected one of " + names_of(list) + ", found " + std::string(name) + "; choose one of these");
}

inline std::shared_ptr<const data_decoder> decoder_of(const description& from) {
  using namespace tfexample_decoder;
  keys_to_features features;
  items_to_handlers handlers;
  const auto add_value = [&](const std::string& key, dtype type, scalar missing) { features[key] = fixed_len_feature{{}, type, {std::move(missing)}}; };
  const auto add_list = [&](const std::string& key, dtype type) { features[key] = var_len_feature{type}; };
  const auto add_item = [&](const char* name, item_handler handler) { handlers.emplace_back(name, std::move(handler)); };

  add_value("image/encoded", dtype::string, "");
  add_value("image/format", dtype::string, std::string(from.format));
  add_value("image/class/label", dtype::int64, std::int64_t{from.has_boxes ? -1 : 0});
  add_item("image", from.image);
  add_item("label", tensor{"image/class/label"});
  if (from.has_texts) {
    add_value("image/class/text", dtype::string, "");
    add_item("label_text", tensor{"image/class/text"});
  }
  if (from.has_boxes) {
    for (const char* edge : {"ymin", "xmin", "ymax", "xmax"}) add_list(std::string("image/object/bbox/") + edge, dtype::float32);
    add_item("object/bbox", tfexample_decoder::bounding_box{.prefix = "image/object/bbox/"});
  }
  if (from.has_texts) {  // TF-Slim looks for the first only, but its converter writes the second
    add_list("image/object/class/label", dtype::int64);
    add_list("image/object/bbox/label", dtype::int64);
    add_item("object/label", backup_handler{tensor{"image/object/class/label"}, tensor{"image/object/bbox/label"}});
  }
  return std::make_shared<tf_example_decoder>(std::move(features), std::move(handlers));
}

}  // namespace detail

/// The data set `name` ("cifar10", "flowers", "imagenet", "mnist" or "visualwakewords"), of it the split `split_name` ("train"; "test",
/// "validation" or "val"), in the folder `dataset_dir`. `file_pattern`: other files of the folder, with %s for the split. The names of
/// the classes come from labels.txt if the folder has it. Items: image and label; with boxes also object/bbox, ImageNet also label_text
/// and object/label. Throws slim::error for other names and a bad labels.txt; the files are not looked for yet.
inline dataset get_dataset(std::string_view name, std::string_view split_name, const std::string& dataset_dir, std::string file_pattern = "",
                           open_reader reader = open_tfrecord) {
  const detail::description& found = detail::find(detail::descriptions(), "name", name);
  const auto& split = detail::find(found.splits, "split_name of " + std::string(name), split_name);
  if (file_pattern.empty()) file_pattern = std::string(found.before_split) + "%s" + std::string(found.behind_split);
  if (const std::size_t place = file_pattern.find("%s"); place != std::string::npos) file_pattern.replace(place, 2, split_name);

  dataset result{{dataset_dir + '/' + file_pattern}, reader, detail::decoder_of(found), split.num_samples};
  result.num_classes = found.num_classes;
  result.items_to_descriptions = {{"image", "the picture, height x width x channels bytes"}, {"label", "the number of its class"}};
  if (found.has_texts) result.items_to_descriptions["label_text"] = "the name of its class";
  if (found.has_boxes) result.items_to_descriptions["object/bbox"] = "for each object ymin, xmin, ymax, xmax as shares of the picture";
  if (found.has_texts) result.items_to_descriptions["object/label"] = "for each object the number of its class";
  if (has_labels(dataset_dir)) result.labels_to_names = read_label_file(dataset_dir);
  return result;
}

}  // namespace slim::data::dataset_factory

#include "slim/core/end.hpp"
