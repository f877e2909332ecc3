// What of SQLite is variadic, and so cannot be called from Swift.

#ifndef CSQLITE_SHIM_H
#define CSQLITE_SHIM_H

#include <sqlite3.h>

// Without counting how much memory is in use: the count has one lock for all connections, and every allocation takes it
// (https://sqlite.org/c3ref/c_config_covering_index_scan.html#sqliteconfigmemstatus). Nobody reads it. It can be said
// only before the library is first used.
static inline int csqlite_count_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

#endif // CSQLITE_SHIM_H
