#pragma once
#include "slim/core/begin.hpp"
// What is known about a data set: its files, how to read them, and what they hold.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "slim/data/data_decoder.hpp"
#include "slim/data/record_reader.hpp"

namespace slim::data {

/// TF-Slim's Dataset: a plain record for a data provider. `dataset_factory::get_dataset` makes those of TF-Slim.
struct dataset {
  std::vector<std::string> data_sources = {};             ///< file names and patterns, see get_data_files
  open_reader reader = open_tfrecord;                     ///< opens one file
  std::shared_ptr<const data_decoder> decoder = nullptr;  ///< makes items from a record
  std::int64_t num_samples = 0;                           ///< examples in all files, for users to compute with; nothing relies on it
  std::map<std::string, std::string> items_to_descriptions = {};
  int num_classes = 0;  ///< 0: no classes, or unknown
  std::map<int, std::string> labels_to_names = {};
};

}  // namespace slim::data

#include "slim/core/end.hpp"
