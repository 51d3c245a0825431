/** Counters of a running node, gathered without contention and summed when somebody asks. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.stats;
