/** Benchmarks that run redis-benchmark against real servers side by side. */
@org.jspecify.annotations.NullMarked
package dev.rondo.compat.bench;
