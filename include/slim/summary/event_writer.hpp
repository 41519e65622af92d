#pragma once
#include "slim/core/begin.hpp"
// Writes event files for TensorBoard and for `./run plot`. Link with zlib.

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "slim/core/error.hpp"
#include "slim/data/tfrecord.hpp"
#include "slim/summary/event_message.hpp"

namespace slim::summaries {

/// Appends to a new file `logdir/events.out.tfevents.<seconds>.<host>`, never to one that exists: a resumed run has several files, in
/// the order of their names. Each event reaches the operating system at once, so a killed program loses at most the event it was
/// writing. Throws slim::error when the folder or the file cannot be written; what was written before stays readable.
class event_writer {
public:
  /// Creates the folder, too.
  explicit event_writer(const std::string& logdir) {
    std::error_code problem;
    std::filesystem::create_directories(logdir, problem);
    if (problem) fail(logdir, "a folder that can be created", problem.message());
    char host[256] = "localhost";
    gethostname(host, sizeof host - 1);
    for (long long seconds = static_cast<long long>(now());; ++seconds) {  // another run may have started in the same second
      char name[320];
      std::snprintf(name, sizeof name, "events.out.tfevents.%010lld.%s", seconds, host);
      file_path = (std::filesystem::path(logdir) / name).string();
      file = ::open(file_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
      if (file >= 0) break;
      if (errno != EEXIST) fail(file_path, "a file that can be created", std::strerror(errno));
    }
    try {
      write({now(), 0, current_file_version, {}});
    } catch (...) {
      ::close(file);
      throw;
    }
  }
  event_writer(const event_writer&) = delete;
  event_writer& operator=(const event_writer&) = delete;
  ~event_writer() { ::close(file); }

  void add_scalar(const std::string& tag, std::int64_t step, float value) { add(step, {{tag, value}}); }
  void add_histogram(const std::string& tag, std::int64_t step, std::span<const float> values) { add(step, {{tag, histogram_of(values, tag)}}); }
  void add_image(const std::string& tag, std::int64_t step, encoded_image picture) { add(step, {{tag, std::move(picture)}}); }
  /// The summaries of one step, with the present time.
  void add(std::int64_t step, std::vector<summary_value> values) { write({now(), step, {}, std::move(values)}); }

  /// Tells that a run begins or goes on, with `first_step` next: readers discard what earlier files of the folder have from there on.
  void start_session(std::int64_t first_step) { write({now(), first_step, {}, {}, true}); }

  void write(const event& happened) {
    std::string record;
    data::append_tfrecord(record, encode(happened));
    std::size_t done = 0;
    while (done < record.size()) {
      const ssize_t part = ::write(file, record.data() + done, record.size() - done);
      if (part < 0 && errno == EINTR) continue;
      if (part <= 0) {
        const int reason = part < 0 ? errno : ENOSPC;
        // Without half a record at the end, later events can be read.
        const bool mended = ::ftruncate(file, static_cast<off_t>(written)) == 0;
        fail(file_path, "room for an event", std::string(std::strerror(reason)) + (mended ? "" : " (and half an event stays at the end)"));
      }
      done += static_cast<std::size_t>(part);
    }
    written += record.size();
  }

  /// Waits until everything is on the disk, where even a power failure leaves it.
  void flush() {
    if (::fsync(file) != 0 && errno != EINVAL) fail(file_path, "a file that can be written to disk", std::strerror(errno));
  }

  const std::string& path() const { return file_path; }

private:
  static double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

  [[noreturn]] static void fail(const std::string& where, const std::string& expected, const std::string& found) {
    throw error("write events: " + where + ": expected " + expected + ", found " + found + "; check the path, its rights and the free space");
  }

  std::string file_path;
  int file = -1;
  std::uint64_t written = 0;
};

}  // namespace slim::summaries

#include "slim/core/end.hpp"
