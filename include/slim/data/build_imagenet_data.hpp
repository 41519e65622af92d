#pragma once
#include "slim/core/begin.hpp"
// ImageNet's folders as TFRecord files: TF-Slim's build_imagenet_data. Link with jpeg, png and zlib.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/byte_source.hpp"
#include "slim/data/convert_dataset.hpp"
#include "slim/data/csv.hpp"
#include "slim/data/shuffle.hpp"

namespace slim::data {

/// Where ImageNet lies, under the names of TF-Slim's flags.
struct imagenet_source {
  std::string train_directory = {}, validation_directory = {};  ///< train/n02119789/*.JPEG and so on; an empty one is left out
  std::string labels_file = {};                                 ///< the synsets, one a line: their classes are 1, 2, …
  std::string imagenet_metadata_file = {};                      ///< a line for each synset: n02119789, a tab, "kit fox, Vulpes macrotis"
  std::string bounding_box_file = {};                           ///< n00007846_64193.JPEG,xmin,ymin,xmax,ymax; empty: no boxes
  int train_shards = 1024, validation_shards = 128, num_threads = 8;
  std::uint64_t seed = 12345;  ///< of the shuffling
};

namespace detail {

inline std::vector<std::string> lines_of(const std::string& path) {
  byte_source source(path, compression::none);
  std::vector<std::string> lines;
  const std::string content = read_all(source);
  for (std::string_view left = content; !left.empty();) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    std::string_view line = left.substr(0, end);
    while (!line.empty() && (line.back() == '\r' || is_blank(line.back()))) line.remove_suffix(1);
    if (!line.empty()) lines.emplace_back(line);
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return lines;
}

using object_boxes = std::map<std::string, std::vector<std::array<double, 4>>, std::less<>>;  // by file name: xmin, ymin, xmax, ymax

inline object_boxes read_boxes(const std::string& path) {
  object_boxes boxes;
  for (const std::string& line : lines_of(path)) {
    std::array<double, 4> box{};
    std::string_view left = line;
    const auto next = [&] {
      const std::size_t end = std::min(left.find(','), left.size());
      const std::string_view cell = trim(left.substr(0, end));
      left.remove_prefix(std::min(end + 1, left.size()));
      return cell;
    };
    const std::string name(next());
    for (double& edge : box)
      if (!parse_number(next(), edge))
        throw error("build_imagenet_data: " + path + ": expected name,xmin,ymin,xmax,ymax in each line, found '" + shown(line) + "'; check the file");
    if (!left.empty())
      throw error("build_imagenet_data: " + path + ": expected name,xmin,ymin,xmax,ymax in each line, found '" + shown(line) + "'; check the file");
    boxes[name].push_back(box);
  }
  return boxes;
}

struct synset {
  std::string name, text;  // n02119789; kit fox, Vulpes macrotis
};

/// A few of ImageNet's files are PNG, and some have four inks, whatever their name: they become JPEG of three colours, as in TF-Slim.
inline std::string as_rgb_jpeg(std::string bytes) {
  if (is_png(bytes)) return encode_jpeg(decode_png(bytes, 3), 100);
  if (jpeg_components(bytes) == 4) return encode_jpeg(decode_jpeg(bytes, 3), 100);
  return bytes;
}

inline std::string imagenet_example(const labelled_file& file, const synset& of, const object_boxes& boxes) {
  std::string bytes;
  byte_image picture;
  try {
    bytes = as_rgb_jpeg(read_image_file(file.path));
    picture = decode_jpeg(bytes, 3);
  } catch (const error& problem) {
    throw error("build_imagenet_data: " + file.path + ": " + problem.what());
  }
  const std::string name = std::filesystem::path(file.path).filename().string();
  float_list edges[4];
  int64_list labels;
  if (const auto found = boxes.find(name); found != boxes.end())
    for (const auto& box : found->second) {
      for (std::size_t i = 0; i < 4; ++i) edges[i].push_back(static_cast<float>(box[i]));
      labels.push_back(file.label);
    }
  features all = image_to_tfexample(std::move(bytes), "JPEG", picture.height, picture.width, file.label);
  all["image/colorspace"] = bytes_list{"RGB"};
  all["image/channels"] = int64_list{3};
  all["image/class/synset"] = bytes_list{of.name};
  all["image/class/text"] = bytes_list{of.text};
  const char* const names[] = {"image/object/bbox/xmin", "image/object/bbox/ymin", "image/object/bbox/xmax", "image/object/bbox/ymax"};
  for (std::size_t i = 0; i < 4; ++i) all[names[i]] = std::move(edges[i]);
  all["image/object/bbox/label"] = std::move(labels);
  all["image/filename"] = bytes_list{name};
  return serialize(all);
}

/// Calls work(i) for i below `count` on several threads; the first exception ends all of them and is thrown again.
template <class Work>
void on_threads(int threads, int count, const Work& work) {
  std::atomic<int> next = 0;
  std::exception_ptr problem;
  std::mutex first;
  const auto run = [&] {
    for (int i; (i = next++) < count;) try {
        work(i);
      } catch (...) {
        next = count;
        const std::lock_guard lock(first);
        if (!problem) problem = std::current_exception();
      }
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(run);
  run();
  for (std::thread& one : others) one.join();
  if (problem) std::rethrow_exception(problem);
}

}  // namespace detail

/// Writes train-00000-of-01024 and validation-00000-of-00128 and so on, with TF-Slim's features, what dataset_factory::get_dataset("imagenet", …) reads. Images
/// are shuffled; those that are PNG or of four inks become JPEG of three colours. Returns false, and does nothing, if all files exist. Throws slim::error for
/// an image that is none, a synset without images or text, and numbers of shards that do not exist.
inline bool build_imagenet_data(const imagenet_source& from, const std::string& output_directory) {
  const struct {
    const char* name;
    const std::string& directory;
    int shards;
  } splits[] = {{"train", from.train_directory, from.train_shards}, {"validation", from.validation_directory, from.validation_shards}};
  const auto path = [&](const auto& split, int shard) {
    char numbers[64];
    std::snprintf(numbers, sizeof numbers, "-%05d-of-%05d", shard, split.shards);
    return output_directory + "/" + split.name + numbers;
  };
  std::vector<std::string> paths;
  for (const auto& split : splits) {
    if (split.shards < 1 || split.shards > 99999)
      throw error(std::string("build_imagenet_data: ") + split.name + "_shards: expected 1 .. 99999, found " + std::to_string(split.shards) +
                  "; choose a number in this range");
    for (int shard = 0; !split.directory.empty() && shard < split.shards; ++shard) paths.push_back(path(split, shard));
  }
  if (paths.empty()) throw error("build_imagenet_data: expected a train_directory or a validation_directory, found none; give one");
  if (detail::all_exist(paths)) return false;

  std::map<std::string, std::string, std::less<>> texts;
  for (const std::string& line : detail::lines_of(from.imagenet_metadata_file)) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos)
      throw error("build_imagenet_data: " + from.imagenet_metadata_file + ": expected a synset, a tab and its text in each line, found '" +
                  detail::shown(line) + "'; check the file");
    texts[line.substr(0, tab)] = line.substr(tab + 1);
  }
  std::vector<detail::synset> synsets{{"", "background"}};
  for (const std::string& name : detail::lines_of(from.labels_file)) {
    const auto found = texts.find(name);
    if (found == texts.end())
      throw error("build_imagenet_data: " + from.imagenet_metadata_file + ": expected a text for " + name + " of the labels_file, found none; add it");
    synsets.push_back({name, found->second});
  }
  const detail::object_boxes boxes = from.bounding_box_file.empty() ? detail::object_boxes{} : detail::read_boxes(from.bounding_box_file);
  detail::make_folder(output_directory);
  for (const auto& split : splits) {
    if (split.directory.empty()) continue;
    std::vector<labelled_file> files;
    for (std::size_t label = 1; label < synsets.size(); ++label) {
      const std::filesystem::path folder = std::filesystem::path(split.directory) / synsets[label].name;
      const std::size_t before = files.size();
      for (const std::string& name : detail::sorted_names(folder, false))
        if (name.ends_with(".JPEG")) files.push_back({(folder / name).string(), static_cast<int>(label)});
      if (files.size() == before) throw error("build_imagenet_data: " + folder.string() + ": expected images *.JPEG, found none; check the folder");
    }
    shuffle(std::span(files), random_stream(from.seed));
    detail::on_threads(from.num_threads, split.shards, [&](int shard) {
      const auto border = [&](int i) { return files.size() * static_cast<std::size_t>(i) / static_cast<std::size_t>(split.shards); };
      tfrecord_writer writer(path(split, shard));
      for (std::size_t i = border(shard); i < border(shard + 1); ++i)
        writer.write(detail::imagenet_example(files[i], synsets[static_cast<std::size_t>(files[i].label)], boxes));
      writer.close();
    });
  }
  return true;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
