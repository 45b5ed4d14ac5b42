#include <cstdio>

#include "examples.hpp"

/// Prints real frames, one a line, as the program sends them.
int main() {
  for (const auto& frame : duckduckgoose::wire::example_frames()) std::puts(frame.c_str());
}
