#pragma once
#include "slim/core/begin.hpp"
// What the ranks of a job tell and hand each other in a step of learning::distributed, and the thread that carries it. Needs MPI.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/core/finite.hpp"
#include "slim/core/number_text.hpp"
#include "slim/learning/mpi_group.hpp"
#include "slim/op/list.hpp"
#include "slim/run/buckets.hpp"
#include "slim/tensor/aligned_buffer.hpp"

namespace slim::learning::detail {

/// What ranks tell each other where they meet. All meet at the same places: one that is elsewhere has lost its way, or has failed.
struct meeting {
  enum class place : int { step, loss, question, failure } where = place::step;
  long examples = 0;      // step: of this rank; question: 1 for yes
  long rows = 0;          // step: the same with those that do not count
  double loss = 0;        // loss
  double seconds = 0;     // loss: what the step took, without waiting
  char reason[480] = "";  // failure
};

/// What a train_op does together with those of other processes. All ranks call its functions in the same order; a rank that fails says so, and the others throw
/// what it threw.
template <class T>
class rank_exchange : public op::exchange {
  using place = meeting::place;

public:
  /// `buckets_of(most)`: the pieces of at most so many elements in which `travelling` travels. Steps have at most `capacity` examples of this rank.
  template <class Distributed, class Buckets>
  rank_exchange(const Distributed& with, std::span<T> travelling, long capacity, const Buckets& buckets_of)
      : group(with.communicator), values(travelling), piece(with.bucket_bytes / static_cast<long>(sizeof(T))), most_rows(with.most_rows) {
    if (with.bucket_bytes < 1024)
      throw error("distributed: bucket_bytes: expected at least 1024, found " + std::to_string(with.bucket_bytes) + "; the default is 4 MiB");
    if (most_rows < 0) throw error("distributed: most_rows: expected at least 0, found " + std::to_string(most_rows) + "; the default is 128");
    buckets = buckets_of(piece);
    make_room_for_rows(capacity);
    if (group.size() > 1) courier = std::thread([this] { carry(); });
  }
  ~rank_exchange() override {
    if (!courier.joinable()) return;
    {
      const std::lock_guard<std::mutex> hold(gate);
      over = true;
    }
    changed.notify_all();
    courier.join();
  }

  int rank() const { return group.rank(); }
  int size() const { return group.size(); }

  /// Before a step on `examples` examples of this rank.
  void begin(long examples) {
    const auto& all = meet({.where = place::step, .examples = counted ? *std::exchange(counted, std::nullopt) : examples, .rows = examples});
    long total = 0;
    first_example = 0;
    row_ends.clear();
    for (int r = 0; r < size(); ++r) {
      if (r == rank()) first_example = total;
      total += all[static_cast<std::size_t>(r)].examples;
      row_ends.push_back((r > 0 ? row_ends.back() : 0) + all[static_cast<std::size_t>(r)].rows);
    }
    weight = total > 0 ? static_cast<double>(all[static_cast<std::size_t>(rank())].examples) / static_cast<double>(total) : 0;
    {
      const std::lock_guard<std::mutex> hold(gate);
      started = carried = 0;
      next = 0;
      gathers = row_ends.back() - row_ends.back() / size() <= most_rows;
    }
    inside = true;
    waited = 0;
    began = clock::now();
  }
  /// A step ends before all has travelled, on all ranks at the same place.
  void leave() {
    std::unique_lock<std::mutex> hold(gate);
    changed.wait(hold, [&] { return broken || size() == 1 || next == buckets.size() || started < buckets[next].end; });
    if (broken) std::rethrow_exception(broken);
    inside = false;
  }
  /// Behind it: the mean of the losses.
  double finish(double loss) {
    inside = false;
    const double took = std::chrono::duration<double>(clock::now() - began).count() - waited;
    const auto& all = meet({.where = place::loss, .loss = weight > 0 ? loss * weight : 0, .seconds = took});
    double sum = 0;
    not_finite_on = -1;
    busy.resize(met.size(), 0);
    for (int r = 0; r < size(); ++r) {
      const meeting& one = all[static_cast<std::size_t>(r)];
      sum += one.loss;
      if (not_finite_on < 0 && !is_finite(one.loss)) not_finite_on = r;
      busy[static_cast<std::size_t>(r)] += one.seconds;
    }
    return sum;
  }
  /// So many of the examples of the next step count; the others are only there because a step needs one.
  void count(long examples) { counted = examples; }

  /// Whether any rank says yes.
  bool any(bool mine) {
    bool found = false;
    for (const meeting& one : meet({.where = place::question, .examples = mine})) found = found || one.examples != 0;
    return found;
  }
  /// The rank whose loss was no finite number in the last step, or −1.
  int not_finite() const { return not_finite_on; }

  /// Seconds that the kernels of the last step have waited for gradients of other ranks.
  double waiting() const { return waited; }

  /// Everybody gets the bytes of rank 0.
  void broadcast(std::span<std::byte> bytes) { group.broadcast(bytes); }

  /// This rank cannot go on. Between steps the others are told, and throw the same; within one they wait for gradients that will never come, and the job is
  /// ended.
  void fail(const char* reason) {
    if (ended || size() == 1) return;
    if (inside) group.abort(reason);
    meeting last{.where = place::failure};
    std::strncpy(last.reason, reason, sizeof last.reason - 1);
    ended = true;
    group.gather(last, met);
  }

  /// The end of a job that has failed: waits, for a minute at most, until all ranks are here, so that none is ended while it saves what is good.
  void part() {
    if (size() > 1) group.wait_for_all(60);
  }
  /// Says which rank took half as long again as the middle one, once some seconds of steps tell; "" when none did.
  std::string slow_rank() {
    std::string found;
    if (busy.empty()) return found;
    std::vector<double> sorted = busy;
    std::sort(sorted.begin(), sorted.end());
    const double middle = sorted[(sorted.size() - 1) / 2];
    if (middle < 5) return found;
    if (sorted.back() > 1.5 * middle) {
      const auto slowest = std::max_element(busy.begin(), busy.end());
      found = "rank " + std::to_string(slowest - busy.begin()) + " is slow: its steps take " + fixed_text(*slowest / middle, 1) +
              " times as long as those of others";
    }
    busy.clear();
    return found;
  }

  void start(long end) override {
    {
      const std::lock_guard<std::mutex> hold(gate);
      started = end;
    }
    changed.notify_all();
  }
  rows rows_of(long end) override {
    T* const memory = memory_for_rows(end);
    return memory == nullptr ? rows{} : rows{memory, rank() > 0 ? row_ends[static_cast<std::size_t>(rank()) - 1] : 0, row_ends.back()};
  }
  void wait(long end) override {
    if (size() == 1) return;
    std::unique_lock<std::mutex> hold(gate);
    if (carried >= end && !broken) return;
    const auto from = clock::now();
    changed.wait(hold, [&] { return carried >= end || broken; });
    waited += std::chrono::duration<double>(clock::now() - from).count();
    if (broken) std::rethrow_exception(broken);
  }

private:
  using clock = std::chrono::steady_clock;

  const std::vector<meeting>& meet(const meeting& mine) {
    group.gather(mine, met);
    for (std::size_t r = 0; r < met.size(); ++r)
      if (met[r].where == place::failure) {
        ended = true;
        throw error("rank " + std::to_string(r) + " of " + std::to_string(size()) + ": " + met[r].reason);
      }
    for (std::size_t r = 0; r < met.size(); ++r)
      if (met[r].where != mine.where) {
        ended = true;
        throw error("distributed: expected all ranks at the same place, found rank " + std::to_string(rank()) + name(mine.where) + " and rank " +
                    std::to_string(r) + name(met[r].where) + "; give all ranks the same steps and as many batches, see learning::share_of");
      }
    return met;
  }
  static const char* name(place where) {
    return where == place::step ? " before a step" : where == place::loss ? " behind a step" : " deciding whether to go on";
  }

  /// Memory for the rows of a gradient that is made jointly, `most` of them; none where sums are fewer numbers, or some rank computes in another way, whose
  /// gradient might differ in the last bit.
  struct joint_rows {
    long end = 0, most = 0;
    aligned_buffer<T> memory;
  };
  /// That of the gradient that ends there, in this step; null where it is summed.
  T* memory_for_rows(long end) {
    for (joint_rows& one : joint)
      if (one.end == end) return gathers && row_ends.back() <= one.most ? one.memory.data() : nullptr;
    return nullptr;
  }

  void make_room_for_rows(long capacity) {
    struct member {
      long capacity;
      char level[48];
    } mine{capacity, {}};
    std::string level = simd::level;
#ifdef SLIM_COMPILED_KERNELS
    level += std::string(" ") + op::compiled_kernels<>().name;  // as chosen for this processor
#endif
    std::strncpy(mine.level, level.c_str(), sizeof mine.level - 1);
    std::vector<member> all;
    group.gather(mine, all);
    long most = 0;
    bool alike = most_rows > 0;
    for (const member& one : all) most += one.capacity, alike = alike && std::strcmp(one.level, mine.level) == 0;
    if (size() > 1) most = std::min(most, most_rows * size() / (size() - 1));
    for (const bucket& one : buckets) {
      if (one.inner == 0) continue;
      const long width = one.inner + one.columns, room = alike ? std::min(most, one.inner * one.columns / width) : 0;
      joint.push_back({one.end, room, aligned_buffer<T>(room * width)});
    }
  }

  /// All ranks get what bucket `one` holds: sums, or the rows of a joint gradient.
  void pass_around(const bucket& one, std::vector<T>& incoming) {
    if (T* const memory = memory_for_rows(one.end)) {
      group.all_gather(memory, one.inner, row_ends);
      group.all_gather(memory + row_ends.back() * one.inner, one.columns, row_ends);
      return;
    }
    for (long begin = one.begin; begin < one.end; begin += piece)
      group.all_reduce(values.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(std::min(piece, one.end - begin))), incoming);
  }

  /// The thread that moves buckets, in their order, as soon as their elements are there.
  void carry() {
    std::vector<T> incoming;
    std::unique_lock<std::mutex> hold(gate);
    for (;;) {
      changed.wait(hold, [&] { return over || (next < buckets.size() && started >= buckets[next].end); });
      if (over) return;
      const bucket one = buckets[next];
      hold.unlock();
      try {
        pass_around(one, incoming);
        hold.lock();
        carried = one.end;
        ++next;
      } catch (...) {
        hold.lock();
        broken = std::current_exception();
        over = true;
      }
      changed.notify_all();
    }
  }

  mpi_group group;
  std::span<T> values;
  std::vector<bucket> buckets;
  long piece, most_rows;
  std::vector<joint_rows> joint;
  std::vector<long> row_ends;  // of the examples of each rank in this step
  bool gathers = false;
  std::vector<meeting> met;
  std::optional<long> counted;
  bool inside = false, ended = false;
  int not_finite_on = -1;
  double waited = 0;
  std::vector<double> busy;  // seconds of each rank
  clock::time_point began;

  std::mutex gate;
  std::condition_variable changed;
  long started = 0, carried = 0;  // elements in front of these may travel, have arrived
  std::size_t next = 0;           // bucket
  bool over = false;
  std::exception_ptr broken;
  std::thread courier;  // last: it uses what is above
};

}  // namespace slim::learning::detail

#include "slim/core/end.hpp"
