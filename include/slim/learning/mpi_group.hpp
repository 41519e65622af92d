#pragma once
#include "slim/core/begin.hpp"
// The processes that train together, as MPI knows them: what slim asks of MPI, in one file. Compile and link as `mpicxx --showme` or `pkg-config ompi-c` says.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

#include "slim/core/error.hpp"

namespace slim::learning::detail {

inline void expect_success(int code, const char* what) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw error("distributed: " + std::string(what) + ": expected MPI to do it, found " + std::string(text, static_cast<std::size_t>(length)) +
              "; see the output of mpirun");
}

/// Starts MPI at the first use, unless the program has done so, and ends it with the program: in peace when main returns 0. A rank that ends with another
/// status ends the job, because the others would wait for it for ever.
inline void start_mpi() {
  static const bool started = [] {
    int running = 0, support = 0;
    expect_success(MPI_Initialized(&running), "MPI_Initialized");
    if (running == 0) {
      expect_success(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &support), "MPI_Init_thread");
      on_exit(
          [](int status, void*) {
            int over = 0;
            MPI_Finalized(&over);
            if (over == 0) status == 0 ? MPI_Finalize() : MPI_Abort(MPI_COMM_WORLD, status);
          },
          nullptr);
    } else {
      expect_success(MPI_Query_thread(&support), "MPI_Query_thread");
    }
    if (support < MPI_THREAD_SERIALIZED)
      throw error(
          "distributed: expected an MPI that threads may call in turns, found one for a single thread; start it by MPI_Init_thread with MPI_THREAD_SERIALIZED");
    return true;
  }();
  (void)started;
}

/// A communicator of slim's own. Its calls are made by one thread at a time.
class mpi_group {
public:
  explicit mpi_group(MPI_Comm of) {
    start_mpi();
    expect_success(MPI_Comm_dup(of, &own), "MPI_Comm_dup");
    MPI_Comm_set_errhandler(own, MPI_ERRORS_RETURN);
    MPI_Comm_rank(own, &place);
    MPI_Comm_size(own, &count);
  }
  mpi_group(const mpi_group&) = delete;
  mpi_group& operator=(const mpi_group&) = delete;
  ~mpi_group() {
    int over = 0;
    MPI_Finalized(&over);
    if (over == 0) MPI_Comm_free(&own);
  }

  int rank() const { return place; }
  int size() const { return count; }

  /// What each rank gives, by rank.
  template <class Record>
    requires std::is_trivially_copyable_v<Record>
  void gather(const Record& mine, std::vector<Record>& all) const {
    all.resize(static_cast<std::size_t>(count));
    expect_success(MPI_Allgather(&mine, sizeof(Record), MPI_BYTE, all.data(), sizeof(Record), MPI_BYTE, own), "MPI_Allgather");
  }

  /// Everybody gets what rank `from` has.
  void broadcast(std::span<std::byte> bytes, int from = 0) const {
    constexpr std::size_t most = std::size_t{1} << 30;
    for (std::size_t first = 0; first < bytes.size(); first += most)
      expect_success(MPI_Bcast(bytes.data() + first, static_cast<int>(bytes.size() - first < most ? bytes.size() - first : most), MPI_BYTE, from, own),
                     "MPI_Bcast");
  }

  /// Sums of `values` over all ranks, in place, by a ring: each part of them travels once around to be summed and once more to be known. The order of the sum
  /// of an element depends on its place alone, so that the bits are the same on all ranks, in every run, whoever is late.
  template <class T>
  void all_reduce(std::span<T> values, std::vector<T>& incoming) const {
    if (count == 1) return;
    const auto part = [&](int i) {
      const std::size_t n = static_cast<std::size_t>(count), k = static_cast<std::size_t>((i % count + count) % count);
      return values.subspan(values.size() * k / n, values.size() * (k + 1) / n - values.size() * k / n);
    };
    incoming.resize(values.size() / static_cast<std::size_t>(count) + 1);
    for (int s = 0; s < count - 1; ++s) {
      const std::span<T> sum = part(place - s - 1), from(incoming.data(), sum.size());
      pass_on<T>(part(place - s), from);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = from[i] + sum[i];
    }
    for (int s = 0; s < count - 1; ++s) pass_on<T>(part(place + 1 - s), part(place - s));
  }

  /// Everybody gets the rows of all, `width` numbers each: rank r has those from ends[r − 1] to ends[r], in their place.
  template <class T>
  void all_gather(T* rows, long width, std::span<const long> ends) const {
    const auto part = [&](int i) {
      const std::size_t k = static_cast<std::size_t>((i % count + count) % count);
      const long first = k > 0 ? ends[k - 1] : 0;
      return std::span<T>(rows + first * width, static_cast<std::size_t>((ends[k] - first) * width));
    };
    for (int s = 0; s < count - 1; ++s) pass_on<T>(part(place - s), part(place - s - 1));
  }

  /// Returns when all ranks are here, or after so many seconds.
  void wait_for_all(int seconds) const {
    MPI_Request request;
    if (MPI_Ibarrier(own, &request) != MPI_SUCCESS) return;
    for (int tries = 0, done = 0; done == 0 && tries < seconds * 1000; ++tries) {
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      const timespec pause{0, 1'000'000};
      nanosleep(&pause, nullptr);
    }
  }

  /// Ends the job on all machines. The reason is the last line that it prints.
  [[noreturn]] void abort(std::string_view reason) const {
    std::fflush(stdout);
    std::fprintf(stderr, "rank %d of %d: %.*s\n", place, count, static_cast<int>(reason.size()), reason.data());
    std::fflush(stderr);
    MPI_Abort(own, 1);
    std::abort();
  }

private:
  template <class T>
  void pass_on(std::span<const T> out, std::span<T> in) const {
    constexpr std::size_t most = (std::size_t{1} << 30) / sizeof(T);  // MPI counts with an int
    for (; out.size() > most || in.size() > most; out = out.subspan(std::min(most, out.size())), in = in.subspan(std::min(most, in.size())))
      pass_on<T>(out.first(std::min(most, out.size())), in.first(std::min(most, in.size())));
    MPI_Request both[2];
    expect_success(MPI_Irecv(in.data(), static_cast<int>(in.size_bytes()), MPI_BYTE, (place + count - 1) % count, 0, own, &both[0]), "MPI_Irecv");
    expect_success(MPI_Isend(out.data(), static_cast<int>(out.size_bytes()), MPI_BYTE, (place + 1) % count, 0, own, &both[1]), "MPI_Isend");
    // MPI moves data while it is asked; asking without pause would take a core from the kernels.
    for (int tries = 0, done = 0;; ++tries) {
      expect_success(MPI_Testall(2, both, &done, MPI_STATUSES_IGNORE), "MPI_Testall");
      if (done != 0) return;
      if (tries > 64) {
        const timespec pause{0, 20'000};
        nanosleep(&pause, nullptr);
      }
    }
  }

  MPI_Comm own = MPI_COMM_NULL;
  int place = 0, count = 1;
};

}  // namespace slim::learning::detail

#include "slim/core/end.hpp"
