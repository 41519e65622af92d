#pragma once
#include "slim/core/begin.hpp"
// Images in folders, one folder for each class. Link with jpeg, png and zlib.

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/byte_source.hpp"
#include "slim/data/decode_image.hpp"
#include "slim/data/labelled_pixels.hpp"

namespace slim::data {

struct labelled_file {
  std::string path;
  int label;  ///< an index of image_folder::classes
};

/// What a folder of folders holds; classes and files are in the order of their names, so that every machine numbers them alike.
struct image_folder {
  std::vector<std::string> classes;
  std::vector<labelled_file> files;
};

namespace detail {

/// The names in a folder, sorted, without hidden ones.
inline std::vector<std::string> sorted_names(const std::filesystem::path& directory, bool folders) {
  std::error_code problem;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator entry(directory, problem), end; !problem && entry != end; entry.increment(problem)) {
    const std::string name = entry->path().filename().string();
    std::error_code gone;
    if (name[0] != '.' && (folders ? entry->is_directory(gone) : entry->is_regular_file(gone))) names.push_back(name);
  }
  if (problem) throw error("read data: " + directory.string() + ": expected a readable folder, found " + problem.message() + "; check the path");
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace detail

/// Lists the files of all classes without opening them. Throws slim::error if there are no classes or no files.
inline image_folder list_image_folder(const std::string& directory) {
  image_folder result;
  result.classes = detail::sorted_names(directory, true);
  for (std::size_t label = 0; label < result.classes.size(); ++label) {
    const std::filesystem::path folder = std::filesystem::path(directory) / result.classes[label];
    for (const std::string& name : detail::sorted_names(folder, false)) result.files.push_back({(folder / name).string(), static_cast<int>(label)});
  }
  if (result.files.empty()) {
    throw error("read data: " + directory + ": expected a folder for each class with images in it, found " + std::to_string(result.classes.size()) +
                " folders and no images; check the path");
  }
  return result;
}

/// The bytes of an image file.
inline std::string read_image_file(const std::string& path) {
  byte_source source(path, compression::none);
  return read_all(source);
}

/// Reads and decodes all images, which must have one size, to this many channels. For large or varied images convert the folder
/// to TFRecord files. Throws slim::error naming the file.
inline labelled_pixels read_image_folder(const std::string& directory, int channels = 3) {
  const image_folder folder = list_image_folder(directory);
  labelled_pixels result;
  result.classes = static_cast<int>(folder.classes.size());
  for (const labelled_file& file : folder.files) {
    byte_image picture;
    try {
      picture = decode_image(read_image_file(file.path), channels);
    } catch (const error& problem) {
      throw error("read data: " + file.path + ": " + problem.what());
    }
    if (result.count == 0) {
      result.height = picture.height;
      result.width = picture.width;
      result.channels = picture.channels;
    }
    if (picture.height != result.height || picture.width != result.width || picture.channels != result.channels) {
      const auto size = [](const auto& of) { return std::to_string(of.height) + " x " + std::to_string(of.width) + " x " + std::to_string(of.channels); };
      throw error("read data: " + file.path + ": expected an image of " + size(result) + " as the first one, found " + size(picture) +
                  "; make all images one size or convert the folder to TFRecord files");
    }
    result.pixels.insert(result.pixels.end(), picture.pixels.begin(), picture.pixels.end());
    result.labels.push_back(file.label);
    ++result.count;
  }
  return result;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
