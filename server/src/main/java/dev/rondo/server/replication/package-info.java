/**
 * Copies slots to their replicas: an ordered byte stream from each node to each other carries effects, whole slots,
 * handovers and messages.
 */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.replication;
