#pragma once
#include "slim/core/begin.hpp"
// One training at a time in a folder. POSIX.

#include <csignal>
#include <cstdio>
#include <mutex>
#include <string>

#include <pthread.h>
#include <sys/stat.h>

#include "slim/checkpoint/index.hpp"

namespace slim::checkpoint {

/// Holds a folder, which is created, for one training. The lock belongs to an open file: when the process dies, however that happens, it is gone. A child
/// that the process forks has no part in it, and does not keep it when it lives longer.
class folder_lock {
public:
  /// Throws slim::error when another training, of this process or another, has the folder; the message names it. A file system without
  /// locks gets a warning in `output`.
  folder_lock(const std::string& folder, std::FILE* output) : path(folder + "/.training-lock") {
    static const int children_watched = pthread_atfork([] { all_mutex.lock(); }, [] { all_mutex.unlock(); }, leave_to_the_parent);
    if (children_watched != 0) std::fprintf(output, "%s: a child of this process that lives longer will keep the folder locked\n", folder.c_str());
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem) throw error("write: " + folder + ": expected to create this folder, found " + problem.message() + "; check the path");
    do {  // again when the holder before removed the file between opening and locking it
      release();
      descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
      if (descriptor < 0) detail::fail_to_write(path, "create a file that locks the folder");
      if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) continue;
      if (errno != EWOULDBLOCK) {
        std::fprintf(output, "%s: this file system has no locks (%s): take care that no other training uses the folder\n", folder.c_str(),
                     std::strerror(errno));
        return;
      }
      const std::string holder = detail::content_of(path).value_or("");
      release();
      throw error("train: " + folder + ": expected no other training in this folder, found " + (holder.empty() ? "one" : "that of " + holder) +
                  "; wait for its end or use another logdir");
    } while (!still_holds());
    {
      const std::lock_guard guard(all_mutex);
      next = all, all = this;
    }
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
    const std::lock_guard guard(all_mutex);
    for (folder_lock** one = &all; *one != nullptr; one = &(*one)->next)
      if (*one == this) {
        *one = next;
        break;
      }
    release();
  }

  /// False when the folder, or the file that locks it, was removed.
  bool still_holds() const {
    struct stat mine{}, there{};
    return fstat(descriptor, &mine) == 0 && stat(path.c_str(), &there) == 0 && mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
  }

private:
  /// In a child after fork: an inherited descriptor would hold the lock as well.
  static void leave_to_the_parent() {
    for (folder_lock* one = all; one != nullptr; one = one->next) one->release();
    all = nullptr;
    all_mutex.unlock();
  }
  void release() {
    if (descriptor >= 0) close(descriptor);
    descriptor = -1;
  }

  static inline std::mutex all_mutex;
  static inline folder_lock* all = nullptr;  // of this process

  std::string path;
  int descriptor = -1;
  folder_lock* next = nullptr;
};

}  // namespace slim::checkpoint

#include "slim/core/end.hpp"
