/**
 * Faults with a seed: a cluster of processes under load, a scheduler that kills, freezes, cuts off and moves nodes, and
 * a checker that knows the fate of every operation and holds the cluster to what its commit mode promises.
 */
@NullMarked
package dev.rondo.compat.chaos;

import org.jspecify.annotations.NullMarked;
