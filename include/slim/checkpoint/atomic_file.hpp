#pragma once
#include "slim/core/begin.hpp"
// Files that appear whole or not at all, whenever the process or the machine dies. POSIX.

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slim/core/error.hpp"

namespace slim::checkpoint {

namespace detail {

inline constexpr std::string_view temporary_ending = ".slim-temporary";

[[noreturn]] inline void fail_to_write(const std::string& path, const char* what) {
  throw error("write: " + path + ": expected to " + what + ", found " + std::strerror(errno) + "; check free space and permissions");
}

inline std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// The file that `path` means when links are followed. Throws slim::error for what exists and is no file: a rename would replace it.
inline std::string file_to_replace(std::string path) {
  std::error_code problem, ignored;
  const auto found = std::filesystem::status(path, problem);
  if (problem == std::errc::too_many_symbolic_link_levels) return path;  // links in a circle mean nothing that could be lost
  if (std::filesystem::exists(found) && !std::filesystem::is_regular_file(found))
    throw error("write: " + path + ": expected a file or a new name, found a " + (std::filesystem::is_directory(found) ? "folder" : "device, pipe or socket") +
                "; give another name");
  while (std::filesystem::is_symlink(path, ignored)) path = std::filesystem::path(folder_of(path)) / std::filesystem::read_symlink(path, ignored);
  return path;
}

/// Makes renamed and removed names of a folder survive a power failure.
inline void sync_folder(const std::string& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = descriptor >= 0 && fsync(descriptor) == 0;
  if (descriptor >= 0) close(descriptor);
  if (!done) fail_to_write(folder, "store its entries");
}

}  // namespace detail

/// Collects the content of a file under a temporary name beside it; `commit` puts it in place of the file that has the name so far, of a symbolic
/// link in place of what it points at. Without a commit nothing changes. The temporary file is locked while it is written: that is how
/// `remove_leftovers` knows those of dead processes. Throws slim::error for what cannot be written, and for a device, a pipe or a folder.
class atomic_file {
public:
  explicit atomic_file(std::string path) : target(detail::file_to_replace(std::move(path))) {
    const std::string name = std::filesystem::path(target).filename().string();
    const std::string beginning = detail::folder_of(target) + "/." + name + "." + std::to_string(getpid()) + "-";
    for (int attempt = 0; descriptor < 0 && attempt < 1000; ++attempt) {
      temporary = beginning + std::to_string(attempt);
      temporary += detail::temporary_ending;
      descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (descriptor < 0 && errno != EEXIST) break;
      if (descriptor >= 0 && !lock()) close(std::exchange(descriptor, -1));
    }
    if (descriptor < 0) detail::fail_to_write(target, "create a file beside it");
  }
  atomic_file(const atomic_file&) = delete;
  atomic_file& operator=(const atomic_file&) = delete;
  ~atomic_file() {
    if (descriptor < 0) return;
    unlink(temporary.c_str());
    close(descriptor);
  }

  void write(const void* bytes, std::size_t size) {
    const char* next = static_cast<const char*>(bytes);
    while (size > 0) {
      const ssize_t written = ::write(descriptor, next, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) detail::fail_to_write(target, "write");
      next += written;
      size -= static_cast<std::size_t>(written);
    }
  }

  /// The file is complete: stores it for good under its own name. Called once.
  void commit() {
    if (fsync(descriptor) != 0) detail::fail_to_write(target, "store the content");
    if (rename(temporary.c_str(), target.c_str()) != 0) detail::fail_to_write(target, "rename the complete file");
    close(descriptor);
    descriptor = -1;
    detail::sync_folder(detail::folder_of(target));
  }

private:
  /// False when somebody took the new file for a leftover, before it was locked.
  bool lock() const {
    while (flock(descriptor, LOCK_EX) != 0 && errno == EINTR) {}
    struct stat about{};
    return fstat(descriptor, &about) != 0 || about.st_nlink > 0;
  }

  std::string target, temporary;
  int descriptor = -1;
};

/// Removes the temporary files that processes which no longer run left in `folder`.
inline void remove_leftovers(const std::string& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (!entry.path().filename().string().ends_with(detail::temporary_ending)) continue;
    const int descriptor = open(entry.path().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) continue;
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) unlink(entry.path().c_str());
    close(descriptor);
  }
}

}  // namespace slim::checkpoint

#include "slim/core/end.hpp"
