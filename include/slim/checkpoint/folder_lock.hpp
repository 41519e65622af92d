#pragma once
// One training at a time in a folder. POSIX.

#include <csignal>
#include <cstdio>
#include <string>

#include <sys/stat.h>

#include "slim/checkpoint/index.hpp"

namespace slim::checkpoint {

/// Holds a folder, which is created, for one training. The lock belongs to an open file: when the process dies, however that happens, it is gone.
class folder_lock {
public:
  /// Throws slim::error when another training, of this process or another, has the folder; the message names it. A file system without
  /// locks gets a warning in `output`.
  folder_lock(const std::string& folder, std::FILE* output) : path(folder + "/.training-lock") {
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem) throw error("write: " + folder + ": expected to create this folder, found " + problem.message() + "; check the path");
    do {  // again when the holder before removed the file between opening and locking it
      release();
      descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
      if (descriptor < 0) detail::fail_to_write(path, "create a file that locks the folder");
      if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) continue;
      if (errno != EWOULDBLOCK) {
        std::fprintf(output, "%s: this file system has no locks (%s): take care that no other training uses the folder\n", folder.c_str(), std::strerror(errno));
        return;
      }
      const std::string holder = detail::content_of(path).value_or("");
      release();
      throw error("train: " + folder + ": expected no other training in this folder, found " + (holder.empty() ? "one" : "that of " + holder) +
                  "; wait for its end or use another logdir");
    } while (!still_holds());
    char host[256] = "this host";
    gethostname(host, sizeof host - 1);
    const std::string me = "process " + std::to_string(getpid()) + " on " + host;
    if (ftruncate(descriptor, 0) != 0 || ::write(descriptor, me.data(), me.size()) != static_cast<ssize_t>(me.size()))
      std::fprintf(output, "%s: could not write the name of this process (%s)\n", path.c_str(), std::strerror(errno));
  }
  folder_lock(const folder_lock&) = delete;
  folder_lock& operator=(const folder_lock&) = delete;
  ~folder_lock() {
    if (still_holds()) unlink(path.c_str());
    release();
  }

  /// False when the folder, or the file that locks it, was removed.
  bool still_holds() const {
    struct stat mine{}, there{};
    return fstat(descriptor, &mine) == 0 && stat(path.c_str(), &there) == 0 && mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
  }

private:
  void release() {
    if (descriptor >= 0) close(descriptor);
    descriptor = -1;
  }

  std::string path;
  int descriptor = -1;
};

}  // namespace slim::checkpoint
