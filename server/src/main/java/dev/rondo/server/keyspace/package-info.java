/** Slots and their entries: the unit of ownership, atomicity, order, replication and expiry. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.keyspace;
