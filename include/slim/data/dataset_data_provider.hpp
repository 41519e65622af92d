#pragma once
#include "slim/core/begin.hpp"
// The examples of a data set, one after the other.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/dataset.hpp"
#include "slim/data/parallel_reader.hpp"

namespace slim::data {

struct data_provider_options {
  int num_readers = 1;                    ///< threads that read files
  bool shuffle = true;                    ///< files and records in a random order, another one in each epoch
  int num_epochs = 0;                     ///< passes over the data; 0: without end
  int common_queue_capacity = 256;        ///< records in memory
  int common_queue_min = 128;             ///< of these in the window from which the next one is drawn, if shuffled
  std::string record_key = "record_key";  ///< the name of the item with the key <file name>:<offset> of the record
  std::uint64_t seed = 0;                 ///< of the order
  std::int64_t damaged_at_most = 0;       ///< damaged records that are passed over in an epoch, see parallel_read_options
};

/// TF-Slim's DatasetDataProvider: reads the records of a data set and decodes them. `get` does both for one thread; a pipeline takes
/// records with `next` in one thread and calls `decode` in many. The order is that of parallel_read, resumable with `seek`.
class dataset_data_provider {
public:
  /// Throws slim::error if the data set has no files or no decoder, an item with the name of the record key, or an option is wrong.
  explicit dataset_data_provider(dataset from, const data_provider_options& options = {})
      : data(std::move(from)), record_key(options.record_key), records(data.data_sources, data.reader,
                                                                       {.num_epochs = options.num_epochs,
                                                                        .num_readers = options.num_readers,
                                                                        .shuffle = options.shuffle,
                                                                        .capacity = options.common_queue_capacity,
                                                                        .min_after_dequeue = options.common_queue_min,
                                                                        .seed = options.seed,
                                                                        .damaged_at_most = options.damaged_at_most}) {
    if (!data.decoder) throw error("dataset_data_provider: decoder: expected one, found none; give the data set a decoder");
    names = data.decoder->list_items();
    if (has(record_key)) {
      throw error("dataset_data_provider: record_key: expected a name that no item has, found " + record_key + "; choose another record_key");
    }
    names.push_back(record_key);
  }

  /// The names of the items of the decoder and of the record key.
  const std::vector<std::string>& list_items() const { return names; }
  std::int64_t num_samples() const { return data.num_samples; }
  const dataset& source() const { return data; }

  /// These items of the next record, in this order; nothing after num_epochs. Throws slim::error for unknown names and bad records.
  std::optional<std::vector<item>> get(const std::vector<std::string>& items) {
    check(items);
    const std::optional<record> taken = records.next();
    if (!taken) return std::nullopt;
    return decode(*taken, items);
  }

  /// The next record; nothing after num_epochs.
  std::optional<record> next() { return records.next(); }

  /// Items of a record, in this order. Threads may share the provider for this. Throws slim::error, naming the record.
  std::vector<item> decode(const record& from, const std::vector<std::string>& items) const {
    check(items);
    std::vector<std::string> stored;
    for (const std::string& name : items)
      if (name != record_key) stored.push_back(name);
    std::vector<item> result;
    try {
      if (!stored.empty()) result = data.decoder->decode(from.value, stored);
    } catch (const error& problem) {
      throw error("record " + from.key + ": " + problem.what());
    }
    for (std::size_t i = 0; i < items.size(); ++i)
      if (items[i] == record_key) result.insert(result.begin() + static_cast<std::ptrdiff_t>(i), item{{}, std::vector<std::string>{from.key}});
    return result;
  }

  /// Makes the next record the one numbered `number`, counted from 0 over all epochs, see parallel_read::seek.
  void seek(std::int64_t number) { records.seek(number); }

  /// Records in one epoch, counted in the files the first time.
  std::int64_t records_per_epoch() { return records.records_per_epoch(); }

private:
  bool has(const std::string& name) const { return std::find(names.begin(), names.end(), name) != names.end(); }

  void check(const std::vector<std::string>& items) const {
    for (const std::string& name : items) {
      if (has(name)) continue;
      std::string known;
      for (const std::string& each : names) known += (known.empty() ? "" : ", ") + each;
      throw error("dataset_data_provider: item: expected one of " + known + ", found " + name + "; ask for one of these");
    }
  }

  dataset data;
  std::string record_key;
  std::vector<std::string> names;
  parallel_read records;
};

}  // namespace slim::data

#include "slim/core/end.hpp"
