package dev.rondo.compat.chaos;

/**
 * What a commit mode promises of acknowledged writes.
 *
 * @param mayLoseLastWrites whether a crash may cost what its victim acknowledged just before
 * @param lossWindowNs how long before a fault a write that it costs may have been acknowledged
 */
record Promise(boolean mayLoseLastWrites, long lossWindowNs) {}
