/**
 * Who is in the cluster and who owns which slot.
 *
 * <p>The package has two halves. The pure half knows no network: {@link dev.rondo.membership.HashRing} computes the
 * ideal owners, {@link dev.rondo.membership.TablePlanner} turns what the nodes report
 * ({@link dev.rondo.membership.SlotReport}) into the next {@link dev.rondo.membership.SlotTable}. The other half,
 * {@link dev.rondo.membership.Cluster}, is the bus: it finds the other nodes, notices who died, and on the one node
 * that coordinates it runs the planner and publishes the result to all.
 *
 * <p>Reading order: {@code NodeId}, {@code Member}, {@code SlotTable}, {@code Assignment}, {@code HashRing},
 * {@code Holdings}, {@code SlotReport}, {@code TablePlanner}, {@code BusConfig}, {@code ClusterListener},
 * {@code Cluster}.
 */
@NullMarked
package dev.rondo.membership;

import org.jspecify.annotations.NullMarked;
