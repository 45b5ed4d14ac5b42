// Boost.JSON, compiled here once: linking its shared library would cost every node a megabyte.
#include <boost/json/src.hpp>
