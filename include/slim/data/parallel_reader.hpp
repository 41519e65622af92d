#pragma once
#include "slim/core/begin.hpp"
// The records of many files, read by several threads, always in the same order.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/data_files.hpp"
#include "slim/data/ordered_workers.hpp"
#include "slim/data/record_reader.hpp"
#include "slim/data/shuffle.hpp"
#include "slim/data/shuffling_queue.hpp"

namespace slim::data {

namespace detail {

/// Damage that may be passed over, counted for all threads together.
struct damage_limit {
  explicit damage_limit(std::int64_t records) : most(records) {}

  /// Counts one more and says it; throws it on where it is one too many.
  void pass_over(const error& problem, bool rest_of_file) {
    if (count.fetch_add(1) >= most) throw;
    std::fprintf(stderr, "%s; %s passed over\n", problem.what(), rest_of_file ? "what follows in this file is" : "this record is");
  }

  std::int64_t most;
  std::atomic<std::int64_t> count = 0;
};

/// The records of one file after the other.
class file_sequence {
public:
  file_sequence(std::vector<std::string> names, open_reader how, std::shared_ptr<damage_limit> allowed)
      : files(std::move(names)), open(how), damage(std::move(allowed)) {}

  bool read(record& into) {
    for (;;) {
      try {
        if (current && current->read(into)) return true;
        current = nullptr;
      } catch (const error& problem) {
        const bool lost = !current->can_go_on();
        damage->pass_over(problem, lost);
        if (!lost) continue;
        current = nullptr;
      }
      if (position == files.size()) return false;
      current = open(files[position++]);  // a file that cannot be opened is no damage: that throws
    }
  }

private:
  std::vector<std::string> files;
  open_reader open;
  std::shared_ptr<damage_limit> damage;
  std::size_t position = 0;
  std::unique_ptr<record_reader> current;
};

/// Records on their way from a reader's thread to its consumer. Handing over many at once makes the lock and the waking up cheap: one by
/// one they cost more than reading a small record.
struct record_group {
  std::vector<record> records;
  std::size_t filled = 0;  // of the records; the others are memory for later

  /// Takes up to `most` records. False when there was none. A failure behind other records is kept in `problem` for the next group.
  bool fill(file_sequence& from, std::size_t most, std::exception_ptr& problem) {
    if (problem) std::rethrow_exception(std::exchange(problem, nullptr));
    records.resize(most);
    filled = 0;
    try {
      while (filled < most && from.read(records[filled])) ++filled;
    } catch (...) {
      if (filled == 0) throw;
      problem = std::current_exception();
    }
    return filled > 0;
  }
};

/// The thread that reads a share of the files, at most `capacity` records ahead, and the group that its consumer is at.
class reader_thread {
public:
  reader_thread(std::vector<std::string> files, open_reader open, int capacity, std::shared_ptr<damage_limit> damage)
      : sequence(std::move(files), open, std::move(damage)), each(std::max(1, capacity / 4)),
        groups(
            std::max(1, capacity / each - (each > 1 ? 1 : 0)), 1,
            [this](record_group& into) { return into.fill(sequence, static_cast<std::size_t>(each), problem); }, [](record_group&) {}) {}

  /// The next record; nullptr after the last. Throws what reading has thrown.
  record* take() {
    if (current == nullptr || position == current->filled) {
      current = groups.take();
      position = 0;
    }
    return current == nullptr ? nullptr : &current->records[position++];
  }

private:
  file_sequence sequence;
  std::exception_ptr problem;
  int each;  // records in a group
  record_group* current = nullptr;
  std::size_t position = 0;
  ordered_workers<record_group> groups;  // last: its thread ends before what it reads goes
};

}  // namespace detail

/// One pass over files with `num_readers` threads. Reader i of n reads the files i, i + n, i + 2 n, ...; the readers take turns, one
/// record each, and whoever has finished drops out: the order does not depend on timing. TF-Slim's ParallelReader.
class parallel_reader {
public:
  /// At most `capacity` records (at least one for each reader) are read ahead. `damaged_at_most` records, or rests of files, that are damaged are passed
  /// over and said on stderr; one more throws. Throws slim::error if num_readers is not positive.
  parallel_reader(const std::vector<std::string>& files, open_reader reader, int num_readers = 4, int capacity = 256, std::int64_t damaged_at_most = 0)
      : damage(std::make_shared<detail::damage_limit>(damaged_at_most)) {
    if (num_readers < 1) {
      throw error("parallel_reader: num_readers: expected at least 1, found " + std::to_string(num_readers) + "; choose more");
    }
    const std::size_t count = std::min(static_cast<std::size_t>(num_readers), files.size());
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<std::string> share;
      for (std::size_t file = i; file < files.size(); file += count) share.push_back(files[file]);
      readers.push_back(std::make_unique<detail::reader_thread>(std::move(share), reader, std::max(1, capacity / static_cast<int>(count)), damage));
    }
  }

  /// The next record; nothing after the last. Throws what a reader has thrown.
  std::optional<record> next() {
    while (!readers.empty()) {
      if (record* taken = readers[turn]->take()) {
        turn = (turn + 1) % readers.size();
        ++produced;
        return std::move(*taken);
      }
      readers.erase(readers.begin() + static_cast<std::ptrdiff_t>(turn));
      if (turn == readers.size()) turn = 0;
    }
    return std::nullopt;
  }

  /// The next records, as many as there are up to `count`.
  std::vector<record> read_up_to(std::size_t count) {
    std::vector<record> taken;
    while (taken.size() < count) {
      std::optional<record> one = next();
      if (!one) break;
      taken.push_back(std::move(*one));
    }
    return taken;
  }

  std::int64_t num_records_produced() const { return produced; }
  /// How often damage was passed over so far; readers are ahead of `next`.
  std::int64_t damaged() const { return damage->count; }

private:
  std::shared_ptr<detail::damage_limit> damage;
  std::vector<std::unique_ptr<detail::reader_thread>> readers;  // those that have not come to their end
  std::size_t turn = 0;
  std::int64_t produced = 0;
};

/// One pass over the files in their order, by one thread: for evaluation. TF-Slim's single_pass_read.
inline parallel_reader single_pass_read(const std::vector<std::string>& data_sources, open_reader reader) {
  return parallel_reader(get_data_files(data_sources), reader, 1);
}

struct parallel_read_options {
  int num_epochs = 0;                ///< passes over the files; 0: without end
  int num_readers = 4;               ///< threads
  bool shuffle = true;               ///< files in another order in each epoch, records drawn from a window
  int capacity = 256;                ///< records in memory
  int min_after_dequeue = 128;       ///< of these in the window from which the next one is drawn, if shuffled
  std::uint64_t seed = 0;            ///< of the order
  std::int64_t damaged_at_most = 0;  ///< damaged records, or rests of files, that are passed over in an epoch and said on stderr; one more throws
};

/// Records for training: pass after pass over files by a parallel_reader. Every record comes once in an epoch; the order of an epoch
/// is a function of (seed, epoch, num_readers) alone, so training can resume anywhere with `seek`. TF-Slim's parallel_read.
class parallel_read {
public:
  /// Throws slim::error if there are no files or an option is out of range.
  parallel_read(const std::vector<std::string>& data_sources, open_reader how, const parallel_read_options& given = {})
      : files(get_data_files(data_sources)), reader(how), options(given) {
    if (options.num_epochs < 0 || options.capacity < 1 || options.min_after_dequeue < 0) {
      throw error("parallel_read: options: expected num_epochs and min_after_dequeue of at least 0 and a capacity of at least 1, found " +
                  std::to_string(options.num_epochs) + ", " + std::to_string(options.min_after_dequeue) + " and " + std::to_string(options.capacity) +
                  "; choose others");
    }
    start_epoch(0);
  }

  /// The next record; nothing after num_epochs. Throws slim::error for missing or damaged files and for files without any record.
  std::optional<record> next() {
    while (pass) {
      if (auto drawn = pass->next()) {
        ++position;
        drawn->epoch = epoch;
        return drawn;
      }
      records = position;
      if (records == 0) throw error("parallel_read: " + files.front() + ": expected a record in the files, found none; check how they were made");
      start_epoch(epoch + 1);
    }
    return std::nullopt;
  }

  /// Records in one epoch. Reads all files once unless an epoch has been completed before.
  std::int64_t records_per_epoch() {
    if (records > 0) return records;
    parallel_reader all(files, reader, 1, options.capacity, options.damaged_at_most);
    while (all.next()) {}
    return records = all.num_records_produced();
  }

  /// Makes the next record the one numbered `number`, counted from 0 over all epochs. Reads the records of its epoch before it again.
  void seek(std::int64_t number) {
    expect_place("parallel_read", number);
    const std::int64_t per_epoch = number == 0 ? 1 : records_per_epoch();
    start_epoch(per_epoch == 0 ? 0 : static_cast<int>(number / per_epoch));
    for (std::int64_t left = per_epoch == 0 ? 0 : number % per_epoch; left > 0; --left) next();
  }

private:
  using shuffled_pass = shuffling_queue<parallel_reader>;

  void start_epoch(int number) {
    epoch = number;
    position = 0;
    pass.reset();
    if (options.num_epochs > 0 && epoch >= options.num_epochs) return;
    std::vector<std::string> order = files;
    const std::uint64_t stream = 2 * static_cast<std::uint64_t>(epoch);  // one stream for the files, one for the records
    if (options.shuffle) shuffle(std::span(order), random_stream(options.seed, 0, stream));
    const int window = options.shuffle ? std::min(options.min_after_dequeue, options.capacity - 1) : 0;
    pass.emplace(parallel_reader(order, reader, options.num_readers, options.capacity - window, options.damaged_at_most), window, options.seed, stream + 1);
  }

  std::vector<std::string> files;
  open_reader reader;
  parallel_read_options options;
  int epoch = 0;
  std::int64_t position = 0, records = 0;
  std::optional<shuffled_pass> pass;
};

}  // namespace slim::data

#include "slim/core/end.hpp"
