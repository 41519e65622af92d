// A program of a user who has nothing but the installed package: it is built with the flags of pkg-config alone.
#include <slim/slim.hpp>
#include <slim/core/config.hpp>

#include <cstdio>

int main() {
  std::printf("%d.%d.%d\n", slim::version.major, slim::version.minor, slim::version.patch);
}
